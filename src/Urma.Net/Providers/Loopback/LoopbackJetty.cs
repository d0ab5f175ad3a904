namespace Urma.Net.Providers.Loopback;

/// <summary>A send queue with the JFR that takes its messages.</summary>
internal sealed class LoopbackJetty : Jetty
{
    private readonly LoopbackContext _context;
    private readonly LoopbackSendQueue _queue;
    private readonly Jfr? _ownReceiveQueue;

    public LoopbackJetty(LoopbackContext context, JettyOptions options, LoopbackSendQueue queue, Jfr receiveQueue, bool ownsReceiveQueue)
        : base(context, options, receiveQueue)
    {
        _ownReceiveQueue = ownsReceiveQueue ? receiveQueue : null;
        _context = context;
        _queue = queue;
        LaneJfc = (LoopbackJfc)(options.LaneJfc ?? receiveQueue.ReceiveJfc);
    }

    /// <summary>The engine behind it.</summary>
    public LoopbackSendQueue Queue => _queue;

    /// <summary>Polls the lanes of those who send to it.</summary>
    public LoopbackJfc LaneJfc { get; }

    /// <summary>Who may send to it; null for everybody who shows the token.</summary>
    public IJettyAdmission? Admission { get; set; }

    internal override unsafe Diagnostics.CounterBlock* Counters => _queue.Counters;

    public override uint Id => _queue.Id;

    internal override nint Face
    {
        get => _queue.Face;
        set => _queue.Face = value;
    }

    public override int Depth => _queue.Depth;

    public override int Outstanding => _queue.Outstanding;

    public override JettyState State => _queue.State;

    public override void ModifyToError() => _queue.ModifyToError();

    internal override UrmaStatus ExecuteOrPost(in WorkRequest request, out Completion completion, out bool posted) =>
        _queue.ExecuteOrPost(in request, out completion, out posted);

    private protected override UrmaStatus PostCore(ReadOnlySpan<WorkRequest> requests, ReadOnlySpan<SegmentRange> gather, out int posted) =>
        _queue.Post(requests, gather, out posted);

    private protected override void BindCore(TargetJetty target) => _queue.Bind((LoopbackTargetJetty)target);

    private protected override void DisposeCore()
    {
        _context.Remove(_queue, this);
        _ownReceiveQueue?.Dispose();
    }
}
