using System.Globalization;
using Urma.Net.Diagnostics;
using Urma.Net.Global;
using Urma.Net.Internal;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Providers.Loopback;

/// <summary>Registered memory of this context, who imports it, and how its grant ends.</summary>
/// <remarks>
/// Granted → Revoke: epoch + 1, importers told, confirmed or abandoned → Granted with another token.
/// Granted → Dispose: the same, then released. Lease over: the same, then nobody may import.
/// </remarks>
internal sealed unsafe class LoopbackSegment : Segment, ISegmentLease
{
    /// <summary>No grant has it: the importer names the memory by its place.</summary>
    public const uint AnyGeneration = 0;

    private readonly LoopbackContext _context;
    // A monitor, because ending a grant waits for importers to confirm.
    private readonly object _lock = new();
    private readonly Dictionary<(LoopbackPeer Peer, uint Epoch), int> _importers = [];
    private readonly Timer? _leaseTimer;
    private AdoptedMemory? _adopted;
    private MemoryFile? _file;
    private SharedMapping? _mapping;
    private Token _token;
    private uint _epoch;
    private volatile bool _leaseOver;
    private bool _buried;
    private int _disposed;
    private int _views;

    internal LoopbackSegment(
        LoopbackContext context, uint index, ulong localToken, nint address, long length, SegmentMode mode, SegmentOptions options,
        MemoryFile? file, SharedMapping? mapping, AdoptedMemory? adopted)
        : base(context, address, length, mode, options)
    {
        _context = context;
        _file = file;
        _mapping = mapping;
        _adopted = adopted;
        _token = options.Token ?? Urma.Net.Token.Random();
        Index = index;
        LocalToken = localToken;
        if (length != 0)
        {
            Translation = new TranslationRange
            {
                Eid = context.Eid,
                Uasid = context.Uasid,
                Start = (ulong)address,
                Length = length,
                Memory = (byte*)address,
                Access = SegmentAccess.All,
                Owner = this,
                ProcessId = Environment.ProcessId,
                Label = context.Options.Label,
            };
        }

        _epoch = NextEpoch();
        if (options.Lease is { } lease)
        {
            _leaseTimer = new Timer(static s => ((LoopbackSegment)s!).EndLease(), this, lease, Timeout.InfiniteTimeSpan);
        }
    }

    public uint Index { get; }

    public override Token Token => _token;

    public override bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    public override SegmentDescriptor Descriptor =>
        new(_context.Eid, _context.Uasid, (ulong)Address, Length, Access, Index, Volatile.Read(ref _epoch));

    bool ISegmentLease.IsRevoked => IsDisposed;

    public override SegmentView Map(long offset, long length)
    {
        if ((ulong)offset > (ulong)Length || (ulong)length > (ulong)(Length - offset))
        {
            ThrowHelper.OutOfRange(offset, length, Length);
        }

        AddView();
        return new SegmentView((byte*)Address + offset, length, writable: true, this);
    }

    internal override ISegmentLease Lease(out byte* address)
    {
        AddView();
        address = (byte*)Address;
        return this;
    }

    private void AddView()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            _views++;
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

    /// <summary>Whether it is what an importer means that knows place and number only.</summary>
    public bool IsAt(ulong address, long length, uint tokenId) =>
        (ulong)Address == address && Length == length && tokenId == (Options.TokenId ?? Index);

    /// <summary>Whether a token opens it.</summary>
    public bool Admits(uint token) => Options.IsOpen || token == _token.Value;

    /// <summary>Answers a peer that wants to import it with a token. Fabric thread.</summary>
    public void Grant(LoopbackPeer peer, uint generation, uint token, ControlReply reply)
    {
        lock (_lock)
        {
            if (IsDisposed)
            {
                reply.Fail(UrmaStatus.InvalidArgument, $"Segment {Index} does not exist (any more): exchange descriptors again.");
            }
            else if (_leaseOver)
            {
                reply.Fail(UrmaStatus.OperationNotPermitted, $"The lease of segment {Index} is over: ask its owner for a new grant.");
            }
            else if ((Access & SegmentAccess.LocalOnly) != 0)
            {
                reply.Fail(UrmaStatus.OperationNotPermitted, $"Segment {Index} is local only: its owner must register it with SegmentAccess.Read or more.");
            }
            else if (!Admits(token))
            {
                reply.Fail(UrmaStatus.OperationNotPermitted, $"The token does not match segment {Index}: exchange token and descriptor again.");
            }
            else if (generation != AnyGeneration && generation != _epoch)
            {
                reply.Fail(UrmaStatus.OperationNotPermitted, $"The descriptor is of an earlier grant of segment {Index}, which has ended: exchange descriptors again.");
            }
            else
            {
                Give(peer, Access, reply);
            }
        }
    }

    /// <summary>Answers a sender that must deliver into it. The jetty's token was checked when its lane was opened. Fabric thread.</summary>
    public void GrantForReceive(LoopbackPeer peer, ControlReply reply)
    {
        lock (_lock)
        {
            if (IsDisposed)
            {
                reply.Fail(UrmaStatus.InvalidArgument, $"Segment {Index} does not exist (any more).");
                return;
            }

            Give(peer, SegmentAccess.Read | SegmentAccess.Write, reply);
        }
    }

    private void Give(LoopbackPeer peer, SegmentAccess access, ControlReply reply)
    {
        _importers[(peer, _epoch)] = _importers.GetValueOrDefault((peer, _epoch)) + 1;
        reply.Write(_epoch);
        reply.Write((uint)Mode);
        reply.Write((uint)access);
        reply.Write(_file is null && _adopted is null ? 0u : 1u);
        reply.Write(Length);
        reply.Write((ulong)Address);
        reply.Write(_adopted?.RequestedOffset ?? 0L);
        reply.Write(Index);
        reply.Write(Options.Domain);
        reply.Write(Options.NameAddress ?? (ulong)Address);
        MemoryFile? file = _adopted?.File ?? _file;
        if (file is not null)
        {
            reply.AddFd(file.Descriptor);
        }
    }

    /// <summary>Whether a peer imported the present grant.</summary>
    public bool IsImportedBy(LoopbackPeer peer, uint epoch)
    {
        lock (_lock)
        {
            return !IsDisposed && epoch == _epoch && _importers.ContainsKey((peer, epoch));
        }
    }

    /// <summary>A peer maps a grant once less. Fabric thread.</summary>
    public void Release(LoopbackPeer peer, uint epoch)
    {
        lock (_lock)
        {
            if (_importers.TryGetValue((peer, epoch), out int count) && count > 1)
            {
                _importers[(peer, epoch)] = count - 1;
                return;
            }

            _importers.Remove((peer, epoch));
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>A peer has given up every grant but that of <paramref name="kept"/>; all of them if it is gone (0). Fabric thread.</summary>
    public void Forget(LoopbackPeer peer, uint kept)
    {
        lock (_lock)
        {
            foreach ((LoopbackPeer Peer, uint Epoch) key in _importers.Keys.Where(k => k.Peer == peer && k.Epoch != kept).ToArray())
            {
                _importers.Remove(key);
            }

            Monitor.PulseAll(_lock);
        }
    }

    public override void Revoke(Token? newToken = null)
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        bool confirmed = EndGrants(newToken ?? Urma.Net.Token.Random());
        UrmaEvents.Report(
            UrmaEvent.SegmentRevoked, _context, Index.ToString(CultureInfo.InvariantCulture), confirmed ? "confirmed" : "not confirmed in time");
        if (confirmed)
        {
            return;
        }

        // Somebody may still hold the old pages: it keeps them, we go on with fresh ones. Grants given since then are of the old
        // pages, too, so they end as well.
        lock (_lock)
        {
            _epoch = NextEpoch();
            Tell(_importers.Keys.Select(k => k.Peer).Distinct());
            _importers.Clear();
            if (Mode == SegmentMode.Copied || _adopted is { IsShared: true })
            {
                throw new UrmaException(
                    UrmaStatus.TimedOut,
                    $"An importer of segment {Index} did not confirm within {_context.Options.RevocationTimeout}: it may still copy into this memory, " +
                    "which cannot be replaced because it is not shared, or registered more than once. Stop that peer, or use AllocateSegment.");
            }

            if (_adopted is not null)
            {
                _adopted.Release();
                _adopted = AdoptedMemory.Adopt(
                    "urma-adopted", (void*)Address, Length, new AdoptionOptions { ReadOnlyForOthers = LoopbackContext.IsReadOnly(Access) });
                return;
            }

            ReplaceFile();
        }
    }

    private void ReplaceFile()
    {
        if (_file is null || _mapping is null)
        {
            return;
        }

        MemoryFile fresh = LoopbackContext.CreateFile(Length, Options);
        try
        {
            SharedMapping mapping = fresh.MapShared(writable: true);
            CopyKernel.Copy(mapping.Pointer, _mapping.Pointer, Length);
            mapping.MoveTo(_mapping.Pointer);
            _mapping.Detach();
            _mapping = mapping;
            _file.Dispose();
            _file = fresh;
        }
        catch
        {
            fresh.Dispose();
            throw;
        }
    }

    private void EndLease()
    {
        try
        {
            _leaseOver = true;
            if (!IsDisposed)
            {
                Revoke();
            }
        }
        catch (ObjectDisposedException)
        {
            // Disposed meanwhile, which ends the grant as well.
        }
        catch (UrmaException error)
        {
            System.Diagnostics.Trace.TraceError($"Segment {Index}: the lease is over, but the memory could not be replaced: {error.Message}");
        }
    }

    // True when every importer of an earlier grant confirmed or is gone.
    private bool EndGrants(Token newToken)
    {
        long deadline = TimeLimit.After(_context.Options.RevocationTimeout);
        lock (_lock)
        {
            _token = newToken;
            uint epoch = NextEpoch();
            _epoch = epoch;
            if (_importers.Count == 0)
            {
                return true;
            }

            Tell(_importers.Keys.Select(k => k.Peer).Distinct());
            while (_importers.Keys.Any(k => k.Epoch != epoch && k.Peer.IsAlive))
            {
                TimeSpan left = TimeLimit.Left(deadline);
                if (left == TimeSpan.Zero)
                {
                    return false;
                }

                Monitor.Wait(_lock, left);
            }

            return true;
        }
    }

    private void Tell(IEnumerable<LoopbackPeer> importers)
    {
        Span<byte> notice = stackalloc byte[8];
        BitConverter.TryWriteBytes(notice, Index);
        BitConverter.TryWriteBytes(notice[4..], _epoch);
        foreach (LoopbackPeer importer in importers)
        {
            _ = _context.Plane.TryNotify(importer, ControlMessage.RevokeSegment, notice);
        }
    }

    // Only while holding the lock or before anybody else knows the segment.
    private uint NextEpoch()
    {
        ref uint word = ref _context.Page.Epochs[Index];
        uint next = word + 1 == 0 ? 1 : word + 1;
        Volatile.Write(ref word, next);
        return next;
    }

    protected override void DisposeCore()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _leaseTimer?.Dispose();
        _context.LocalTable.Clear(Index);
        if (Translation is { } range)
        {
            _context.Global.Table.Remove(range);
        }

        bool confirmed = EndGrants(Urma.Net.Token.Random());
        if (Mode != SegmentMode.Mapped && !(_context.Graveyard.WaitUntilIdle(_context.Options.RevocationTimeout) && (confirmed || Mode == SegmentMode.Adopted)))
        {
            System.Diagnostics.Trace.TraceWarning($"Segment {Index}: a peer or an operation may still use this memory: do not free it while they run.");
        }

        _context.Remove(this);
        lock (_lock)
        {
            _adopted?.Dispose();
            _file?.Dispose();
            _mapping?.ReplaceWithScratch();
            BuryWhenUnused();
        }
    }

    private void BuryWhenUnused()
    {
        if (IsDisposed && _views == 0 && !_buried && _mapping is { } mapping)
        {
            _buried = true;
            _context.Graveyard.Bury(mapping.Dispose);
        }
    }
}
