using Urma.Net.Internal;
using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs;

/// <summary>Memory of a peer that the device can reach.</summary>
internal sealed unsafe class VerbsTargetSegment : TargetSegment
{
    private readonly VerbsContext _context;
    private int _ended;
    private int _disposed;

    public VerbsTargetSegment(VerbsContext context, RemoteEngine engine, SegmentDescriptor descriptor, Token secret, uint key)
        : base(context, descriptor)
    {
        _context = context;
        Engine = engine;
        Secret = secret;
        RemoteToken = context.RemoteSegments.Add((nint)key, descriptor.VirtualAddress, descriptor.Length, "imported segments");
        HandleTable.Entry* entry = context.RemoteSegments.Find(RemoteToken);
        entry->Route = engine.Index;
        entry->Rights = (uint)descriptor.Access;
    }

    public RemoteEngine Engine { get; }

    /// <summary>What was shown to import it.</summary>
    public Token Secret { get; }

    public ulong PlaceToken => RemoteToken;

    public override SegmentMode Mode => SegmentMode.Copied;

    public override bool IsRevoked => Volatile.Read(ref _ended) != 0 || Engine.IsGone;

    internal override bool WasEndedByOwner => Volatile.Read(ref _ended) != 0 && !Engine.IsGone;

    /// <summary>The owner ended the grant, or is gone. When this returns, nothing is posted with it any more.</summary>
    public void End()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            _context.RemoteSegments.Retire(RemoteToken);
            _context.Global.End(Translation);
            _context.WaitUntilNobodyPosts();
        }
    }

    public override SegmentView Map(long offset, long length) => throw NotMapped();

    internal override ISegmentLease Lease(out byte* address) => throw NotMapped();

    protected override void DisposeCore()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _context.Objects.Drop(this);
        _context.Remove(this);
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            _context.RemoteSegments.Retire(RemoteToken);
            Engine.Tell(new ReleaseSegment(Descriptor.TokenId, Descriptor.Generation));
        }

        _context.Objects.WhenUnused(() => _context.RemoteSegments.Reuse(RemoteToken));
    }

    private static UrmaException NotMapped() =>
        new(UrmaStatus.Failed, "An RDMA device reaches this memory by UDMA, not by load and store (ProviderCapabilities.SupportsMapping): post reads and writes.");
}
