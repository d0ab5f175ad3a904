using Urma.Net.Global;
using Urma.Net.Internal;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Providers.Loopback;

/// <summary>A peer's segment as imported here.</summary>
internal sealed unsafe class LoopbackTargetSegment : TargetSegment, ISegmentLease
{
    private readonly LoopbackContext _context;
    private readonly SegmentGrant _grant;
    private readonly FabricLink? _link;
    private readonly Lock _lock = new();
    private int _views;
    private bool _detached;
    private bool _buried;
    private int _disposed;

    public LoopbackTargetSegment(LoopbackContext context, SegmentDescriptor descriptor, LoopbackPeer peer, in SegmentGrant grant, ulong token, FabricLink? link)
        : base(context, descriptor with { Access = grant.Access, VirtualAddress = grant.OwnerAddress })
    {
        _context = context;
        _grant = grant;
        Peer = peer;
        RemoteToken = token;
        _link = link;
        if (grant.Length != 0)
        {
            Translation = new TranslationRange
            {
                Eid = descriptor.Eid,
                Uasid = descriptor.Uasid,
                Start = grant.OwnerAddress,
                Length = grant.Length,
                Memory = grant.Mapping is null ? null : grant.Mapping.Pointer + grant.MapOffset,
                Access = grant.Access,
                Owner = this,
                EpochWord = EpochWord,
                Epoch = grant.Epoch,
                CopiedFrom = grant.Mode == SegmentMode.Copied ? peer.ProcessId : 0,
                HasOwnerExited = grant.Mode == SegmentMode.Copied ? peer.HasGone : null,
                Link = link,
                ProcessId = peer.ProcessId,
                Label = peer.Label,
            };
        }
    }

    public LoopbackPeer Peer { get; }

    public uint Index => Descriptor.TokenId;

    public uint Epoch => _grant.Epoch;

    /// <summary>See <see cref="SegmentGrant.NameAddress"/>.</summary>
    public ulong NameAddress => _grant.NameAddress;

    /// <summary>See <see cref="SegmentGrant.Domain"/>.</summary>
    public uint Domain => _grant.Domain;

    public ulong TableToken => RemoteToken;

    public override SegmentMode Mode => _grant.Mode;

    public override bool IsRevoked
    {
        get
        {
            lock (_lock)
            {
                return _detached || _disposed != 0 || !Peer.IsAlive || Volatile.Read(ref *EpochWord) != _grant.Epoch;
            }
        }
    }

    internal override bool WasEndedByOwner
    {
        get
        {
            lock (_lock)
            {
                // The words of a peer that is lost say nothing any more.
                return _disposed == 0 && Peer.IsAlive && Volatile.Read(ref *EpochWord) != _grant.Epoch;
            }
        }
    }

    private uint* EpochWord => (uint*)(Peer.ContextPage.Pointer + LoopbackContextPage.EpochsOffset) + (ushort)Index;

    public override SegmentView Map(long offset, long length)
    {
        if ((ulong)offset > (ulong)Length || (ulong)length > (ulong)(Length - offset))
        {
            ThrowHelper.OutOfRange(offset, length, Length);
        }

        byte* start = AddView() + offset;
        bool writable = (Access & SegmentAccess.Write) != 0;
        return _link is { } link
            ? new SegmentView(start, writable, new DelayedLease(this, link, length, writable))
            : new SegmentView(start, length, writable, this);
    }

    internal override ISegmentLease Lease(out byte* address)
    {
        address = AddView();
        return this;
    }

    private byte* AddView()
    {
        if (Mode == SegmentMode.Copied)
        {
            throw new UrmaException(
                UrmaStatus.Failed, "This segment's memory cannot be mapped (SegmentMode.Copied): use UDMA, or have the owner allocate it with AllocateSegment.");
        }

        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            if (_detached || IsRevoked)
            {
                throw new UrmaException(
                    UrmaStatus.OperationNotPermitted,
                    Peer.Fault is { } fault ? $"The segment's owner is gone: {fault}." : "The owner revoked this segment: import it again with a new token.");
            }

            _views++;
            return _grant.Mapping is null ? null : _grant.Mapping.Pointer + _grant.MapOffset;
        }
    }

    void ISegmentLease.Release()
    {
        lock (_lock)
        {
            // A copy of a view that is disposed, too, must not free memory under another view.
            _views = Math.Max(0, _views - 1);
            BuryWhenUnused();
        }
    }

    /// <summary>Takes the memory away from under every user, without a fault: the owner revoked it or is gone.</summary>
    public void Detach()
    {
        lock (_lock)
        {
            if (_detached)
            {
                return;
            }

            _detached = true;
            if (!_buried)
            {
                _grant.Mapping?.ReplaceWithScratch();
            }
        }
    }

    protected override void DisposeCore()
    {
        lock (_lock)
        {
            if (_disposed != 0)
            {
                return;
            }

            _disposed = 1;
        }

        // First of all, or somebody could find the memory after it was found unused. Not inside our lock, which the fabric thread takes.
        _context.Retire(this);
        lock (_lock)
        {
            if (!_detached)
            {
                _grant.Mapping?.ReplaceWithScratch();
            }

            BuryWhenUnused();
        }

        // Only now does the owner hear that we are out of its memory.
        _context.Remove(this);
    }

    private void BuryWhenUnused()
    {
        if (_disposed != 0 && _views == 0 && !_buried && _grant.Mapping is { } mapping)
        {
            _buried = true;
            _context.Graveyard.Bury(mapping.Dispose);
        }
    }
}
