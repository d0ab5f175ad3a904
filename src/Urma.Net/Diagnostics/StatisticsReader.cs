using System.Diagnostics;
using System.Text;

namespace Urma.Net.Diagnostics;

/// <summary>Reads the statistics of an engine out of their memory, which another process may be writing and need not be believed.</summary>
internal static unsafe class StatisticsReader
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <summary>Reads everything.</summary>
    /// <param name="start">Memory laid out by <see cref="StatisticsLayout"/>.</param>
    /// <param name="withTimes">Whether histograms are wanted; they are empty without.</param>
    /// <exception cref="UrmaException">It says what cannot be, or is never at rest.</exception>
    public static UrmaStatistics Read(byte* start, bool withTimes = true)
    {
        long began = Stopwatch.GetTimestamp();
        var spin = default(SpinWait);
        ref uint generation = ref ((uint*)start)[StatisticsLayout.GenerationIndex];
        do
        {
            uint before = Volatile.Read(ref generation);
            if ((before & 1) == 0)
            {
                var reading = new Reading(start, withTimes);

                // What was copied was read before the generation is looked at again.
                Interlocked.MemoryBarrier();
                if (Volatile.Read(ref generation) == before)
                {
                    return reading.Finish();
                }
            }

            spin.SpinOnce(sleep1Threshold: -1);
        }
        while (Stopwatch.GetElapsedTime(began) < Patience);
        throw new UrmaException(UrmaStatus.TryAgain, "its statistics were being rearranged all the time");
    }

    private static UrmaException Nonsense(string what) => new(UrmaStatus.Failed, $"its statistics cannot be: {what}");

    /// <summary>One pass over the memory. Only what is in use is touched: reading a hole of a memory file makes a page.</summary>
    private sealed class Reading
    {
        private readonly List<(CounterBlock Block, LatencyHistogram[] Times)> _blocks = [];
        private readonly List<(PeerBlock Block, LatencyHistogram Times)> _peers = [];
        private readonly long _now = Stopwatch.GetTimestamp();

        public Reading(byte* start, bool withTimes)
        {
            var head = (uint*)start;
            uint blocks = Math.Min(Volatile.Read(ref head[StatisticsLayout.BlocksIndex]), StatisticsLayout.ClosedBlock);
            for (int i = 0; i < blocks; i++)
            {
                Take(start, i, withTimes);
            }

            Take(start, StatisticsLayout.ClosedBlock, withTimes);
            Take(start, StatisticsLayout.OverflowBlock, withTimes);
            uint peers = Math.Min(Volatile.Read(ref head[StatisticsLayout.PeersIndex]), StatisticsLayout.MaxPeers);
            for (int i = 0; i < peers; i++)
            {
                PeerBlock peer = *StatisticsLayout.Peer(start, i);
                if (peer.Use != 0)
                {
                    _peers.Add((peer, !withTimes || peer.IsTimed == 0 ? default : *StatisticsLayout.PeerTimes(start, i)));
                }
            }
        }

        public UrmaStatistics Finish()
        {
            CounterValues sum = default;
            var latencies = new LatencyHistogram[StatisticsLayout.OperationCount];
            List<QueueStatistics> queues = [];
            List<ReceiveQueueStatistics> receiveQueues = [];
            foreach ((CounterBlock block, LatencyHistogram[] times) in _blocks)
            {
                CounterValues values = ValuesOf(in block);
                sum = CounterValues.Combine(sum, values, 1);
                for (int i = 0; i < times.Length; i++)
                {
                    if (block.IsTimed[i] != 0)
                    {
                        latencies[i] = latencies[i].Plus(Checked(times[i]));
                    }
                }

                switch ((BlockKind)block.Kind)
                {
                    case BlockKind.SendQueue:
                        queues.Add(MakeQueue(in block, values, times));
                        break;
                    case BlockKind.ReceiveQueue:
                        receiveQueues.Add(new ReceiveQueueStatistics(
                            block.Id, block.Depth, Within((uint)block.Begun - (uint)block.Ended, block.Depth), (long)block.Ended, block.Waiting));
                        break;
                }
            }

            return new UrmaStatistics(new UrmaCounters(sum, queues.Count), latencies, queues, receiveQueues, [.. _peers.Select(MakePeer)]);
        }

        private void Take(byte* start, int index, bool withTimes)
        {
            CounterBlock* source = StatisticsLayout.Block(start, index);
            if (Volatile.Read(ref source->Kind) == (uint)BlockKind.Free)
            {
                return;
            }

            CounterBlock block = *source;
            int timed = withTimes ? TimedOperations(in block) : 0;
            LatencyHistogram[] times = timed == 0 ? [] : new LatencyHistogram[timed];
            for (int i = 0; i < times.Length; i++)
            {
                if (block.IsTimed[i] != 0)
                {
                    times[i] = StatisticsLayout.Times(start, index)[i];
                }
            }

            _blocks.Add((block, times));
        }

        // One more than the last that was.
        private static int TimedOperations(in CounterBlock block)
        {
            int count = StatisticsLayout.OperationCount;
            while (count > 0 && block.IsTimed[count - 1] == 0)
            {
                count--;
            }

            return count;
        }

        private static CounterValues ValuesOf(in CounterBlock block)
        {
            if (block.Kind >= (uint)BlockKind.Count || block.Depth < 0 || block.Waiting < 0 || block.MaxOutstanding < 0)
            {
                throw Nonsense($"a block of kind {block.Kind} with depth {block.Depth}, {block.Waiting} waiting");
            }

            CounterValues values = default;
            fixed (CounterBlock* source = &block)
            {
                for (int i = 0; i < (int)Counter.Count; i++)
                {
                    long value = ((long*)source)[i];
                    values[i] = value >= 0 ? value : throw Nonsense($"{(Counter)i} is {value}");
                }
            }

            return values;
        }

        private static LatencyHistogram Checked(in LatencyHistogram times)
        {
            foreach (long count in times.Buckets)
            {
                if (count < 0)
                {
                    throw Nonsense($"a bucket holds {count} times");
                }
            }

            return times;
        }

        private QueueStatistics MakeQueue(in CounterBlock block, in CounterValues values, LatencyHistogram[] times)
        {
            int outstanding = Within((uint)block.Begun - (uint)block.Ended + (uint)block.Waiting, block.Depth);
            return new QueueStatistics(block.Id, new UrmaCounters(values, 1), times)
            {
                Depth = block.Depth,
                Waiting = block.Waiting,
                Outstanding = outstanding,
                MaxOutstanding = Math.Max(Math.Min(block.MaxOutstanding, block.Depth), outstanding),
                StalledFor = TimeSpan.FromTicks(Math.Max(StalledTicks(block.StalledSince), StalledTicks(block.CreditStalledSince))),
            };
        }

        private long StalledTicks(long since) => since == 0 ? 0 : Stopwatch.GetElapsedTime(0, Math.Max(_now - since, 0)).Ticks;

        // The poller may have gone on between the two readings.
        private static int Within(uint difference, int depth) => Math.Clamp((int)difference, 0, depth);

        private static PeerStatistics MakePeer((PeerBlock Block, LatencyHistogram Times) peer)
        {
            PeerBlock block = peer.Block;
            if (block.Use > (uint)PeerState.Lost + 1)
            {
                throw Nonsense($"a peer in state {block.Use}");
            }

            var text = new ReadOnlySpan<byte>(block.Label, PeerBlock.LabelLength);
            int length = text.IndexOf((byte)0);
            return new PeerStatistics
            {
                Eid = new Eid(block.EidHigh, block.EidLow),
                Uasid = block.Uasid,
                ProcessId = block.ProcessId,
                Label = string.Concat(Encoding.UTF8.GetString(length < 0 ? text : text[..length]).Where(static c => !char.IsControl(c))),
                State = (PeerState)(block.Use - 1),
                ConnectedAt = TimeOf(block.ConnectedAt),
                LostAt = block.Use == (uint)PeerState.Lost + 1 ? TimeOf(block.LostAt) : null,
                Latency = Checked(peer.Times),
            };
        }

        private static DateTimeOffset TimeOf(long milliseconds) =>
            milliseconds is >= 0 and < 253_402_300_800_000
                ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
                : throw Nonsense($"a moment {milliseconds} ms after 1970");
    }
}
