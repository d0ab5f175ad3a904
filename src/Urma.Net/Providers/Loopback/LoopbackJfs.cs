namespace Urma.Net.Providers.Loopback;

/// <summary>A bare send queue.</summary>
internal sealed class LoopbackJfs : Jfs
{
    private readonly LoopbackContext _context;
    private readonly LoopbackSendQueue _queue;

    public LoopbackJfs(LoopbackContext context, JfsOptions options, LoopbackSendQueue queue)
        : base(context, options)
    {
        _context = context;
        _queue = queue;
    }

    /// <summary>The engine behind it.</summary>
    public LoopbackSendQueue Queue => _queue;

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

    private protected override void DisposeCore() => _context.Remove(_queue, this);
}
