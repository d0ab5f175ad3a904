namespace Urma.Net.Verbs;

/// <summary>A bare send queue.</summary>
internal sealed class VerbsJfs : Jfs
{
    private readonly VerbsContext _context;
    private readonly VerbsSendQueue _queue;

    public VerbsJfs(VerbsContext context, JfsOptions options)
        : base(context, options)
    {
        _context = context;
        int depth = VerbsContext.RoundDepth(options.Depth, context.Capabilities.MaxJfsDepth);
        ((VerbsJfc)options.SendJfc).Reserve(depth, LaneMemory.NativePerRequest, "JFS");
        _queue = new VerbsSendQueue(context, options, depth, context.NextId(), isJetty: false);
    }

    internal override unsafe Diagnostics.CounterBlock* Counters => _queue.Counters.Block;

    public override uint Id => _queue.Id;

    public override int Depth => _queue.Depth;

    public override int Outstanding => _queue.Outstanding;

    public override JettyState State => _queue.State;

    public override void ModifyToError() => _queue.ModifyToError();

    private protected override UrmaStatus PostCore(ReadOnlySpan<WorkRequest> requests, ReadOnlySpan<SegmentRange> gather, out int posted) =>
        _queue.Post(requests, gather, out posted);

    private protected override void BindCore(TargetJetty target) => _queue.Bind((VerbsTargetJetty)target);

    private protected override void DisposeCore()
    {
        _context.Objects.Drop(this);
        _queue.Close();
    }
}
