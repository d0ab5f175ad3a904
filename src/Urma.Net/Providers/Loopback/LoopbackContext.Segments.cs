using Urma.Net.Internal;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Providers.Loopback;

/// <summary>Registering and importing memory.</summary>
internal sealed unsafe partial class LoopbackContext
{
    // What a system timer can count.
    private static readonly uint* DeadEpoch = CreateDeadEpoch();

    public override Segment AllocateSegment(long length, SegmentOptions? options = null)
    {
        ThrowIfDisposed();
        options = Validate(length, options);
        if (length == 0)
        {
            return AddSegment(0, null, length, SegmentMode.Mapped, options, null, null, null);
        }

        MemoryFile file = CreateFile(length, options);
        SharedMapping? mapping = null;
        bool hasMoved = false;
        try
        {
            mapping = file.MapShared(writable: true);
            if (options.FixedAddress != 0)
            {
                mapping.MoveTo((void*)options.FixedAddress);
                hasMoved = true;
            }

            return AddSegment((nint)mapping.Pointer, mapping.Pointer, length, SegmentMode.Mapped, options, file, mapping, null);
        }
        catch
        {
            Undo(mapping, hasMoved);
            file.Dispose();
            throw;
        }
    }

    public override Segment RegisterSegment(void* address, long length, SegmentOptions? options = null)
    {
        ThrowIfDisposed();
        options = Validate(length, options);
        if (length == 0)
        {
            return AddSegment((nint)address, (byte*)address, 0, SegmentMode.Mapped, options, null, null, null);
        }

        ArgumentNullException.ThrowIfNull(address);
        string? refusal = "SegmentOptions.NeverAdopt is set";
        if (!options.NeverAdopt
            && AdoptedMemory.TryAdopt(
                "urma-adopted", address, length, new AdoptionOptions { ReadOnlyForOthers = IsReadOnly(options.Access) }, out AdoptedMemory? adopted, out refusal))
        {
            try
            {
                return AddSegment((nint)address, (byte*)address, length, SegmentMode.Adopted, options, null, null, adopted);
            }
            catch
            {
                adopted.Dispose();
                throw;
            }
        }

        if (options.RequireMapping)
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument, $"This memory cannot be mapped by peers: {refusal} Use AllocateSegment, or do without RequireMapping.");
        }

        _ = ProcessMemory.AllowPeers();
        return AddSegment((nint)address, (byte*)address, length, SegmentMode.Copied, options, null, null, null);
    }

    internal override Segment? FindOwnSegment(uint tokenId) => TryFindSegment(tokenId);

    public override TargetSegment ImportSegment(SegmentDescriptor descriptor, Token token) => ImportSegmentAt(descriptor, token, address: 0);

    internal override TargetSegment ImportSegmentAt(SegmentDescriptor descriptor, Token token, nint address)
    {
        ThrowIfDisposed();
        LoopbackPeer peer = Connect(descriptor.Eid, descriptor.Uasid);
        return Take(peer, descriptor, AskForSegment(peer, in descriptor, token), address);
    }

    /// <summary>Imports a peer's segment of which only number and token are known.</summary>
    /// <param name="uasid">The owner's.</param>
    /// <param name="index">Its number within the owner.</param>
    /// <param name="token">What opens it.</param>
    internal LoopbackTargetSegment ImportSegment(uint uasid, uint index, Token token)
    {
        ThrowIfDisposed();
        LoopbackPeer peer = Connect(Eid, uasid);
        Span<byte> payload = stackalloc byte[12];
        BitConverter.TryWriteBytes(payload, index);
        BitConverter.TryWriteBytes(payload[4..], LoopbackSegment.AnyGeneration);
        BitConverter.TryWriteBytes(payload[8..], token.Value);
        SegmentGrant grant = Receive(peer, index, forReceive: false, Ask(peer, ControlMessage.ImportSegment, payload));
        return Take(peer, new SegmentDescriptor(Eid, uasid, grant.OwnerAddress, grant.Length, grant.Access, index, grant.Epoch), grant, address: 0);
    }

    private LoopbackTargetSegment Take(LoopbackPeer peer, SegmentDescriptor descriptor, SegmentGrant grant, nint address)
    {
        descriptor = descriptor with { TokenId = grant.Index, Generation = grant.Epoch };
        LoopbackTargetSegment lost;
        bool hasMoved = false;
        try
        {
            if (grant.Length != descriptor.Length)
            {
                throw new UrmaException(
                    UrmaStatus.InvalidArgument,
                    $"The descriptor says {descriptor.Length} bytes, {peer.Name} says {grant.Length}: the descriptor is damaged or stale.");
            }

            if (address != 0)
            {
                MoveTo(grant, address);
                hasMoved = true;
            }

            lock (_lock)
            {
                ThrowIfDisposed();
                FabricLink? link = Links?.To(peer, descriptor.TokenId);
                ulong remoteToken = RemoteSegments.Add(grant.ToEntry(peer) with
                {
                    LinkNumber = Links?.NumberOf(link) ?? 0,
                    Observed = (ushort)(peer.Observed + 1),
                });
                var import = new LoopbackTargetSegment(this, descriptor, peer, grant, remoteToken, link);
                _targetSegments.Add(import);

                // Of a peer that is gone already there may be no epoch words any more: nobody must find it before it says so.
                bool isLost = !peer.IsAlive;
                if (isLost)
                {
                    MarkLost(import);
                }

                if (import.Translation is { } range)
                {
                    Global.Table.Add(range);
                }

                if (!isLost)
                {
                    return import;
                }

                lost = import;
            }

            lost.Detach();
            return lost;
        }
        catch
        {
            Undo(grant.Mapping, hasMoved);
            throw;
        }
    }

    // Who knows the owner's number and generation gets exactly that grant; who only has what liburma hands over (place, length, number
    // of the token) gets the segment that is there now.
    private SegmentGrant AskForSegment(LoopbackPeer peer, in SegmentDescriptor descriptor, Token token)
    {
        Span<byte> payload = stackalloc byte[24];
        if (descriptor.Generation != LoopbackSegment.AnyGeneration)
        {
            BitConverter.TryWriteBytes(payload, descriptor.TokenId);
            BitConverter.TryWriteBytes(payload[4..], descriptor.Generation);
            BitConverter.TryWriteBytes(payload[8..], token.Value);
            return Receive(peer, descriptor.TokenId, forReceive: false, Ask(peer, ControlMessage.ImportSegment, payload[..12]));
        }

        BitConverter.TryWriteBytes(payload, descriptor.VirtualAddress);
        BitConverter.TryWriteBytes(payload[8..], descriptor.Length);
        BitConverter.TryWriteBytes(payload[16..], descriptor.TokenId);
        BitConverter.TryWriteBytes(payload[20..], token.Value);
        return Receive(peer, index: null, forReceive: false, Ask(peer, ControlMessage.ImportPlace, payload));
    }

    /// <summary>Asks a peer for a receive buffer of its without waiting; null where it reads so slowly that there is no room to ask.</summary>
    public PendingRequest? TryBeginFetch(LoopbackPeer peer, uint index)
    {
        Span<byte> payload = stackalloc byte[4];
        BitConverter.TryWriteBytes(payload, index);
        return Plane.TryBegin(peer, ControlMessage.FetchSegment, payload);
    }

    /// <summary>Takes the answer to <see cref="TryBeginFetch"/>, which has come.</summary>
    public static SegmentGrant EndFetch(LoopbackPeer peer, uint index, PendingRequest request) =>
        Receive(peer, index, forReceive: true, PeerSender.End(peer, request));

    /// <summary>No work posted and no address translated from now on leads to it.</summary>
    public void Retire(LoopbackTargetSegment import)
    {
        lock (_lock)
        {
            // Both or neither: who sees the peer die looks for its imports under this lock, before the peer's epoch words go.
            if (_targetSegments.Remove(import))
            {
                RemoteSegments.Retire(import.TableToken);
            }

            if (import.Translation is { } range)
            {
                Global.Table.Remove(range);
            }
        }
    }

    /// <summary>Ends the use of a retired import.</summary>
    public void Remove(LoopbackTargetSegment import)
    {
        // The table's line serves another segment, and copied memory is out of our reach, once nobody is inside an operation.
        Graveyard.Bury(() =>
        {
            lock (_lock)
            {
                RemoteSegments.Reuse(import.TableToken);
            }

            TellReleased(import.Peer, import.Index, import.Epoch);
        });
    }

    /// <summary>Tells an owner that a grant of its is used once less.</summary>
    public void TellReleased(LoopbackPeer owner, uint index, uint epoch)
    {
        Span<byte> payload = stackalloc byte[8];
        BitConverter.TryWriteBytes(payload, index);
        BitConverter.TryWriteBytes(payload[4..], epoch);
        _ = Plane.TryNotify(owner, ControlMessage.ReleaseSegment, payload);
    }

    public void Remove(LoopbackSegment segment)
    {
        lock (_lock)
        {
            if (_segments.Remove(segment.Index))
            {
                _freeSegments.Push(segment.Index);
            }
        }
    }

    private static SegmentOptions Validate(long length, SegmentOptions? options)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, LoopbackLayout.MaxLength);
        return Check(length, options);
    }

    private LoopbackSegment AddSegment(
        nint address, byte* start, long length, SegmentMode mode, SegmentOptions options, MemoryFile? file, SharedMapping? mapping, AdoptedMemory? adopted)
    {
        lock (_lock)
        {
            ThrowIfDisposed();
            if (!_freeSegments.TryPop(out uint index))
            {
                if (_nextSegment == LoopbackLayout.MaxSegments)
                {
                    throw new UrmaException(UrmaStatus.OutOfMemory, $"The context has {LoopbackLayout.MaxSegments} segments already: dispose some.");
                }

                Page.ReserveEpoch(_nextSegment);
                index = _nextSegment++;
            }

            ulong token = LocalTable.Set(index, start, length, canReceive: !IsReadOnly(options.Access));
            var segment = new LoopbackSegment(this, index, token, address, length, mode, options, file, mapping, adopted);
            _segments.Add(index, segment);
            if (segment.Translation is { } range)
            {
                Global.Table.Add(range);
            }

            return segment;
        }
    }

    // Maps what the owner sent. Everything in the answer is checked against the memory that really came.
    private static SegmentGrant Receive(LoopbackPeer peer, uint? index, bool forReceive, ControlResponse response)
    {
        using (response)
        {
            ReadOnlySpan<byte> reply = response.Payload;
            uint number = index ?? (reply.Length < 44 ? uint.MaxValue : BitConverter.ToUInt32(reply[40..]));
            if (reply.Length < 40 || number >= LoopbackLayout.MaxSegments)
            {
                throw new UrmaException(UrmaStatus.Failed, $"{peer.Name} answered an import with {reply.Length} bytes: it is broken or of another version.");
            }

            uint epoch = BitConverter.ToUInt32(reply);
            var mode = (SegmentMode)BitConverter.ToUInt32(reply[4..]);
            var access = (SegmentAccess)BitConverter.ToUInt32(reply[8..]);
            bool hasMemory = BitConverter.ToUInt32(reply[12..]) != 0;
            long length = BitConverter.ToInt64(reply[16..]);
            ulong ownerAddress = BitConverter.ToUInt64(reply[24..]);
            long offset = BitConverter.ToInt64(reply[32..]);
            if (length < 0 || length > LoopbackLayout.MaxLength || offset < 0 || offset > LoopbackLayout.MaxLength
                || mode > SegmentMode.Copied || (!hasMemory && mode != SegmentMode.Copied && length != 0)
                || !SegmentOptions.IsGrant(access) || (forReceive && (access & SegmentAccess.Write) == 0)
                || (hasMemory && ((ownerAddress ^ (ulong)offset) & (ulong)(PageSize.Bytes - 1)) != 0))
            {
                throw new UrmaException(UrmaStatus.Failed, $"{peer.Name} answered an import with impossible values: it is broken.");
            }

            SharedMapping? mapping = null;
            if (hasMemory)
            {
                bool writable = (access & SegmentAccess.Write) != 0;
                using MemoryFile file = MemoryFile.FromPeer(response.TakeFd(0), offset + length);
                mapping = file.MapShared(writable);
            }

            return new SegmentGrant(mapping, offset, length, ownerAddress, access, mode, epoch, number)
            {
                Domain = reply.Length < 56 ? 0 : BitConverter.ToUInt32(reply[44..]),
                NameAddress = reply.Length < 56 ? ownerAddress : BitConverter.ToUInt64(reply[48..]),
            };
        }
    }

    // Addresses of the caller's choice stay the caller's, who unmaps them: unmapped twice they would be somebody else's the second time.
    private static void Undo(SharedMapping? mapping, bool hasMoved)
    {
        if (hasMoved)
        {
            mapping!.LeaveReserved();
        }
        else
        {
            mapping?.Dispose();
        }
    }

    private static void MoveTo(in SegmentGrant grant, nint address)
    {
        if (grant.Mapping is null || grant.MapOffset != 0)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, "Only memory of AllocateSegment can be mapped at an address of one's choice.");
        }

        grant.Mapping.MoveTo((void*)address);
    }

    private void MarkLost(LoopbackTargetSegment import)
    {
        if (RemoteSegments.IsCurrent(import.TableToken))
        {
            RemoteSegmentTable.Entry* entry = RemoteSegments.Entries + (ushort)import.TableToken;
            entry->IsOwnerLost = 1;
            entry->EpochWord = DeadEpoch;
        }

        if (import.Translation is { } range)
        {
            Global.Table.MarkLost(range);
        }
    }

    // No grant has epoch 0, so a segment that looks here is never current.
    private static uint* CreateDeadEpoch() =>
        (uint*)System.Runtime.InteropServices.NativeMemory.AllocZeroed(sizeof(uint));
}
