using Urma.Net.Internal;

namespace Urma.Net.Diagnostics;

/// <summary>
/// The statistics of an engine, as it writes them: blocks of counters and histograms for whoever counts, and what is known of peers. The
/// memory is the provider's; where it is shared, other processes read it with <see cref="StatisticsReader"/>.
/// </summary>
/// <remarks>Thread-safe, but for a block's counters: those belong to who took it.</remarks>
internal sealed unsafe class StatisticsPage
{
    private readonly Lock _lock = new();
    private readonly Stack<int> _returned = new();
    private readonly byte* _start;
    private readonly bool _isOwner;
    private UrmaStatistics? _last;

    /// <summary>Begins to use zeroed memory of <see cref="StatisticsLayout.Length"/> bytes, which must stay until <see cref="Close"/>.</summary>
    public StatisticsPage(byte* start)
    {
        _start = start;
        Head[StatisticsLayout.IntervalIndex] = UrmaStatistics.SampleInterval;
        Closed->Kind = (uint)BlockKind.Rest;
        Overflow->Kind = (uint)BlockKind.Rest;
    }

    /// <summary>Makes one in private memory, which goes when nobody who counts in it knows it any more.</summary>
    public StatisticsPage()
        : this((byte*)SparseMemory.Allocate(StatisticsLayout.Length))
    {
        _isOwner = true;
    }

    ~StatisticsPage()
    {
        if (_isOwner)
        {
            // Finalizers of those who count may run after this one, and give their blocks back.
            _last ??= UrmaStatistics.Empty;
            SparseMemory.Free(_start, StatisticsLayout.Length);
        }
    }

    /// <summary>A page nobody reads, for who counts for no context (any more).</summary>
    public static StatisticsPage Nowhere { get; } = new();

    /// <summary>The block of whoever has none of its own: it counts approximately where several threads use it at once.</summary>
    public CounterBlock* Overflow => StatisticsLayout.Block(_start, StatisticsLayout.OverflowBlock);

    // Written under the lock only.
    private CounterBlock* Closed => StatisticsLayout.Block(_start, StatisticsLayout.ClosedBlock);

    private uint* Head => (uint*)_start;

    /// <summary>A block for a queue or thread; <see cref="Overflow"/> when all are taken.</summary>
    /// <exception cref="ObjectDisposedException">The context is closed.</exception>
    public CounterBlock* Take(BlockKind kind, uint id, int depth)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_last is not null, typeof(UrmaContext));
            if (!_returned.TryPop(out int index))
            {
                uint used = Head[StatisticsLayout.BlocksIndex];
                if (used == StatisticsLayout.ClosedBlock)
                {
                    return Overflow;
                }

                index = (int)used;
                Head[StatisticsLayout.BlocksIndex] = used + 1;
            }

            CounterBlock* block = StatisticsLayout.Block(_start, index);
            Clear(block);
            block->Id = id;
            block->Depth = depth;
            Volatile.Write(ref block->Kind, (uint)kind);
            return block;
        }
    }

    /// <summary>The histograms of a block, by <see cref="UrmaOperation"/>.</summary>
    public LatencyHistogram* TimesOf(CounterBlock* block) => StatisticsLayout.Times(_start, (int)(block - StatisticsLayout.Block(_start, 0)));

    /// <summary>The histogram of a peer.</summary>
    public LatencyHistogram* TimesOfPeer(int peer) => StatisticsLayout.PeerTimes(_start, peer);

    /// <summary>Gives a block back; what was counted and timed in it stays in the totals. Nothing happens for a block that is not one of this page's.</summary>
    public void Return(CounterBlock* block)
    {
        lock (_lock)
        {
            long index = block - StatisticsLayout.Block(_start, 0);
            if (_last is not null || index is < 0 or >= StatisticsLayout.ClosedBlock)
            {
                return;
            }

            BeginMoving();
            Span<long> from = CountersOf(block);
            Span<long> to = CountersOf(Closed);
            for (int i = 0; i < to.Length; i++)
            {
                to[i] += from[i];
            }

            for (int i = 0; i < StatisticsLayout.OperationCount; i++)
            {
                if (block->IsTimed[i] != 0)
                {
                    Closed->IsTimed[i] = 1;
                    TimesOf(Closed)[i] = TimesOf(Closed)[i].Plus(TimesOf(block)[i]);
                    TimesOf(block)[i] = default;
                }
            }

            *block = default;
            EndMoving();
            _returned.Push((int)index);
        }
    }

    /// <summary>A peer was connected.</summary>
    /// <returns>Its number here, for the other calls; -1 where there is no room, as none of those known is lost.</returns>
    public int AddPeer(Eid eid, uint uasid, int processId, string label)
    {
        lock (_lock)
        {
            if (_last is not null || FindPlaceForPeer() is not (>= 0 and var index))
            {
                return -1;
            }

            BeginMoving();
            PeerBlock* peer = StatisticsLayout.Peer(_start, index);
            if (peer->IsTimed != 0)
            {
                *TimesOfPeer(index) = default;
            }

            *peer = new PeerBlock
            {
                Use = (uint)PeerState.Connected + 1,
                Uasid = uasid,
                EidHigh = eid.High,
                EidLow = eid.Low,
                ProcessId = processId,
                ConnectedAt = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
            };
            peer->SetLabel(label);
            Head[StatisticsLayout.PeersIndex] = Math.Max(Head[StatisticsLayout.PeersIndex], (uint)index + 1);
            EndMoving();
            return index;
        }
    }

    /// <summary>A peer was lost.</summary>
    /// <param name="index">From <see cref="AddPeer"/>.</param>
    public void LosePeer(int index)
    {
        lock (_lock)
        {
            if (_last is null && index >= 0)
            {
                PeerBlock* peer = StatisticsLayout.Peer(_start, index);
                peer->LostAt = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
                Volatile.Write(ref peer->Use, (uint)PeerState.Lost + 1);
            }
        }
    }

    /// <summary>Books the time of an operation with a peer. Any thread.</summary>
    /// <param name="index">From <see cref="AddPeer"/>; the peer may be lost.</param>
    /// <param name="nanoseconds">How long it took.</param>
    public void RecordPeer(int index, long nanoseconds)
    {
        if (index >= 0)
        {
            TimesOfPeer(index)->RecordShared(nanoseconds);
            StatisticsLayout.Peer(_start, index)->IsTimed = 1;
        }
    }

    /// <summary>Adds to the totals what is rare and belongs to no block. Any thread.</summary>
    public void Add(Counter counter, long value)
    {
        lock (_lock)
        {
            if (_last is null)
            {
                CountersOf(Closed)[(int)counter] += value;
            }
        }
    }

    /// <summary>Everything; after <see cref="Close"/>, what it was then.</summary>
    public UrmaStatistics Read()
    {
        lock (_lock)
        {
            return _last ?? StatisticsReader.Read(_start);
        }
    }

    /// <summary>The counters alone, with less to read.</summary>
    public UrmaCounters ReadCounters()
    {
        lock (_lock)
        {
            return (_last ?? StatisticsReader.Read(_start, withTimes: false)).Counters;
        }
    }

    /// <summary>The context is closed: from now on <see cref="Read"/> gives what there is now, and a memory that is not its own is not touched.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _last ??= StatisticsReader.Read(_start).AfterClosing();
        }
    }

    // Who had it before may have written a last word after giving it back.
    private void Clear(CounterBlock* block)
    {
        for (int i = 0; i < StatisticsLayout.OperationCount; i++)
        {
            if (block->IsTimed[i] != 0)
            {
                TimesOf(block)[i] = default;
            }
        }

        *block = default;
    }

    private static Span<long> CountersOf(CounterBlock* block) => new(block, (int)Counter.Count);

    // A free place, or that of the peer which was lost longest ago.
    private int FindPlaceForPeer()
    {
        int oldest = -1;
        for (int i = 0; i < StatisticsLayout.MaxPeers; i++)
        {
            PeerBlock* peer = StatisticsLayout.Peer(_start, i);
            if (peer->Use == 0)
            {
                return i;
            }

            if (peer->Use == (uint)PeerState.Lost + 1 && (oldest < 0 || peer->LostAt < StatisticsLayout.Peer(_start, oldest)->LostAt))
            {
                oldest = i;
            }
        }

        return oldest;
    }

    // The generation is odd while numbers move from one place to another, when a reader would count them twice or not at all.
    private void BeginMoving() => Interlocked.Increment(ref Head[StatisticsLayout.GenerationIndex]);

    private void EndMoving() => Interlocked.Increment(ref Head[StatisticsLayout.GenerationIndex]);
}
