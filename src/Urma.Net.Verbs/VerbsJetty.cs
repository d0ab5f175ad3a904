namespace Urma.Net.Verbs;

/// <summary>A send queue with the JFR that takes its messages.</summary>
internal sealed class VerbsJetty : Jetty
{
    private readonly VerbsContext _context;
    private readonly VerbsSendQueue _queue;
    private readonly bool _ownsReceiveQueue;
    private int _disposed;

    public VerbsJetty(VerbsContext context, JettyOptions options, VerbsJfr receiveQueue, bool ownsReceiveQueue)
        : base(context, options, receiveQueue)
    {
        _context = context;
        _ownsReceiveQueue = ownsReceiveQueue;
        int depth = VerbsContext.RoundDepth(options.Depth, context.Capabilities.MaxJfsDepth);
        ((VerbsJfc)options.SendJfc).Reserve(depth, LaneMemory.NativePerRequest, "jetty");
        _queue = new VerbsSendQueue(context, options, depth, context.NextId(), isJetty: true);
        context.Add(this);
    }

    internal override unsafe Diagnostics.CounterBlock* Counters => _queue.Counters.Block;

    public override uint Id => _queue.Id;

    public override int Depth => _queue.Depth;

    public override int Outstanding => _queue.Outstanding;

    public override JettyState State => _queue.State;

    public new VerbsJfr ReceiveQueue => (VerbsJfr)base.ReceiveQueue;

    public VerbsSendQueue Queue => _queue;

    public bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    public override void ModifyToError() => _queue.ModifyToError();

    private protected override UrmaStatus PostCore(ReadOnlySpan<WorkRequest> requests, ReadOnlySpan<SegmentRange> gather, out int posted) =>
        _queue.Post(requests, gather, out posted);

    private protected override void BindCore(TargetJetty target) => _queue.Bind((VerbsTargetJetty)target);

    private protected override void DisposeCore()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _context.Objects.Drop(this);
        _context.Remove(this);
        _context.EndPairs(p => p.Jetty == this);
        _queue.Close();
        _context.EndInbound(Id, ReceiveQueue.Id);
        if (_ownsReceiveQueue)
        {
            ReceiveQueue.Dispose();
        }
    }
}
