using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Providers.Loopback;

/// <summary>The receive buffers of one peer that this context has mapped, by the peer's segment number.</summary>
/// <remarks>An entry never changes: another grant is another entry, and the old one is freed when no thread can still read it.</remarks>
internal sealed unsafe class LoopbackPeerSegments : IDisposable
{
    private const long TableLength = LoopbackLayout.MaxSegments * (long)sizeof(long);

    // A peer that runs answers within this even on a busy machine; for a longer wait the message is set aside.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

    private readonly LoopbackContext _context;
    private readonly LoopbackPeer _peer;
    private readonly Lock _lock = new();
    private readonly Dictionary<uint, SharedMapping?> _mappings = [];
    private readonly Dictionary<uint, BufferFetch> _fetches = [];
    private readonly RemoteSegmentTable.Entry** _entries;

    public LoopbackPeerSegments(LoopbackContext context, LoopbackPeer peer)
    {
        _context = context;
        _peer = peer;
        _entries = (RemoteSegmentTable.Entry**)SparseMemory.Allocate(TableLength);
    }

    /// <summary>The mapped segment; null where it is not mapped, because it was not asked for, or refused, or revoked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public RemoteSegmentTable.Entry* Find(uint index)
    {
        var entry = (RemoteSegmentTable.Entry*)Volatile.Read(ref ((nint*)_entries)[(ushort)index]);
        return entry != null && Volatile.Read(ref *entry->EpochWord) == entry->Epoch ? entry : null;
    }

    /// <summary>
    /// Asks the peer for a segment, once, however often it is called, and maps it when the answer has come. Waits for the answer a
    /// moment, and only when it asks.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public BufferState Ask(uint index)
    {
        BufferState state = Advance(index, out PendingRequest? begun);
        if (begun is null)
        {
            return state;
        }

        _ = begun.Wait(Deadline.After(Patience), CancellationToken.None);
        return Advance(index, out _);
    }

    private BufferState Advance(uint index, out PendingRequest? begun)
    {
        begun = null;
        lock (_lock)
        {
            bool asked = _fetches.TryGetValue(index, out BufferFetch fetch);
            if (asked && fetch.Request is { HasEnded: false })
            {
                // The question stays open: a peer that was stopped answers when it goes on.
                return StateAt(fetch.Deadline);
            }

            _fetches.Remove(index);
            try
            {
                if (asked && fetch.Request is { } answered && Add(index, LoopbackContext.EndFetch(_peer, index, answered)) != null)
                {
                    return BufferState.Mapped;
                }

                if (!_peer.IsAlive)
                {
                    return BufferState.Refused;
                }

                if (Find(index) != null)
                {
                    return BufferState.Mapped;
                }

                begun = _context.TryBeginFetch(_peer, index);
            }
            catch (UrmaException)
            {
                return BufferState.Refused;
            }

            // Neither an answer that came too late, because the grant has ended since, nor a connection without room for the
            // question gives time on top.
            Deadline deadline = asked ? fetch.Deadline : Deadline.After(_context.Options.ControlTimeout);
            _fetches.Add(index, new BufferFetch(begun, deadline));
            return StateAt(deadline);
        }
    }

    private static BufferState StateAt(Deadline deadline) => deadline.HasPassed ? BufferState.Overdue : BufferState.Asked;

    private RemoteSegmentTable.Entry* Add(uint index, in SegmentGrant grant)
    {
        lock (_lock)
        {
            RemoteSegmentTable.Entry* present = _entries[(ushort)index];
            if (present != null && present->Epoch == grant.Epoch)
            {
                // Another thread may be copying through the mapping that is there already.
                grant.Mapping?.Dispose();
                _context.TellReleased(_peer, index, grant.Epoch);
                return Find(index);
            }

            Retire(index, tell: true);
            if (!_peer.IsAlive)
            {
                grant.Mapping?.Dispose();
                return null;
            }

            var entry = (RemoteSegmentTable.Entry*)NativeMemory.Alloc((nuint)sizeof(RemoteSegmentTable.Entry));
            *entry = grant.ToEntry(_peer);
            _mappings[index] = grant.Mapping;
            Volatile.Write(ref ((nint*)_entries)[(ushort)index], (nint)entry);
            return Volatile.Read(ref *entry->EpochWord) == entry->Epoch ? entry : null;
        }
    }

    /// <summary>Stops using a segment whose grant is older than the one named. Fabric thread.</summary>
    /// <returns>Whether the kernel may still be copying into it for a running operation.</returns>
    public bool Revoke(uint index, uint newEpoch)
    {
        lock (_lock)
        {
            // An answer that is here already and that nobody took is older than this.
            if (_fetches.TryGetValue(index, out BufferFetch fetch) && fetch.Request is { HasEnded: true } answered)
            {
                _fetches.Remove(index);
                PeerSender.Abandon(_peer, answered);
            }

            RemoteSegmentTable.Entry* entry = _entries[(ushort)index];
            if (entry == null || entry->Epoch == newEpoch)
            {
                return false;
            }

            bool copies = entry->Mode == SegmentMode.Copied;
            Retire(index, tell: false);
            return copies;
        }
    }

    /// <summary>Stops using everything: the peer is gone, or this context is. Once.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (uint index in _mappings.Keys.ToArray())
            {
                Retire(index, tell: false);
            }

            foreach (BufferFetch fetch in _fetches.Values)
            {
                if (fetch.Request is { } question)
                {
                    PeerSender.Abandon(_peer, question);
                }
            }

            _fetches.Clear();
        }

        RemoteSegmentTable.Entry** entries = _entries;
        _context.Graveyard.Bury(() => SparseMemory.Free(entries, TableLength));
    }

    private void Retire(uint index, bool tell)
    {
        RemoteSegmentTable.Entry* entry = _entries[(ushort)index];
        if (entry == null)
        {
            return;
        }

        Volatile.Write(ref ((nint*)_entries)[(ushort)index], 0);
        _mappings.Remove(index, out SharedMapping? mapping);
        mapping?.ReplaceWithScratch();
        uint epoch = entry->Epoch;
        _context.Graveyard.Bury(() =>
        {
            mapping?.Dispose();
            NativeMemory.Free(entry);
            if (tell)
            {
                _context.TellReleased(_peer, index, epoch);
            }
        });
    }
}
