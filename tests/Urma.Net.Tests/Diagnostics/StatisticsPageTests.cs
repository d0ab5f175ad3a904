using Urma.Net.Diagnostics;
using Urma.Net.Internal;

namespace Urma.Net.Tests.Diagnostics;

/// <summary>The memory that statistics lie in: written by one process, read by others who do not believe it.</summary>
public sealed unsafe class StatisticsPageTests : IDisposable
{
    private readonly byte* _memory = (byte*)SparseMemory.Allocate(StatisticsLayout.Length);
    private readonly StatisticsPage _page;
    private readonly CounterBlock* _block;

    public StatisticsPageTests()
    {
        _page = new StatisticsPage(_memory);
        _block = _page.Take(BlockKind.SendQueue, 7, 64);
        _block->CountWrite(100);
        _page.TimesOf(_block)[(int)UrmaOperation.Write].Record(1000);
        _block->IsTimed[(int)UrmaOperation.Write] = 1;
        _page.RecordPeer(_page.AddPeer(new Eid(1, 2), 3, 4, "a label\tof mine"), 1000);
    }

    public void Dispose() => SparseMemory.Free(_memory, StatisticsLayout.Length);

    [Fact]
    public void What_was_written_is_read()
    {
        UrmaStatistics read = StatisticsReader.Read(_memory);
        Assert.Equal(new UrmaCounters { Writes = 1, Bytes = 100, OpenQueues = 1 }, read.Counters);
        Assert.Equal((7u, 64), (read.Queues[0].Id, read.Queues[0].Depth));
        Assert.Equal(1000, read.Latency(UrmaOperation.Write).TotalNanoseconds);
        Assert.Equal(("a labelof mine", 3u, 1L), (read.Peers[0].Label, read.Peers[0].Uasid, read.Peers[0].Latency.Count));
    }

    [Fact]
    public void Blocks_lie_apart_and_hold_all_counters()
    {
        Assert.Equal(CounterBlock.Length, sizeof(CounterBlock));
        Assert.Equal(PeerBlock.Length, sizeof(PeerBlock));
        Assert.Equal(0, (byte*)&_block->Begun - (byte*)_block - 192);
        Assert.Equal(0, (byte*)&_block->Ended - (byte*)_block - 384);
        Assert.Equal((int)Counter.Count - 1, ((byte*)&_block->OwnershipWaitTime - (byte*)_block) / sizeof(long));
        Assert.Equal(0, (long)StatisticsLayout.Length % 8);
    }

    [Fact]
    public void A_page_that_is_never_at_rest_is_refused()
    {
        ((uint*)_memory)[StatisticsLayout.GenerationIndex] = 1;
        Assert.Contains("rearranged", Assert.Throws<UrmaException>(() => StatisticsReader.Read(_memory)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_that_says_what_cannot_be_is_refused_and_never_crashes_the_reader()
    {
        Refused(static b => b->Reads = -1);
        Refused(static b => b->Kind = 99);
        Refused(static b => b->Depth = -5);
        Refused(static b => b->Waiting = int.MinValue);
        LatencyHistogram* times = _page.TimesOf(_block) + (int)UrmaOperation.Write;
        ((long*)times)[5] = -7;
        Assert.Throws<UrmaException>(() => StatisticsReader.Read(_memory));
        ((long*)times)[5] = 0;
        PeerBlock* peer = StatisticsLayout.Peer(_memory, 0);
        peer->ConnectedAt = long.MaxValue;
        Assert.Throws<UrmaException>(() => StatisticsReader.Read(_memory));
        peer->ConnectedAt = 0;
        peer->Use = 77;
        Assert.Throws<UrmaException>(() => StatisticsReader.Read(_memory));
        peer->Use = 1;

        // Numbers of blocks and peers beyond the memory.
        ((uint*)_memory)[StatisticsLayout.BlocksIndex] = uint.MaxValue;
        ((uint*)_memory)[StatisticsLayout.PeersIndex] = uint.MaxValue;
        Assert.Equal(1, StatisticsReader.Read(_memory).Counters.Writes);
    }

    [Fact]
    public void Anything_at_all_is_read_or_refused()
    {
        var random = new Random(7);
        var places = new (long Start, int Length)[]
        {
            (8, (int)StatisticsLayout.BlocksOffset - 8),
            (StatisticsLayout.BlocksOffset, CounterBlock.Length),
            ((byte*)_page.Overflow - CounterBlock.Length - _memory, 2 * CounterBlock.Length),
            (StatisticsLayout.PeersOffset, PeerBlock.Length),
            (StatisticsLayout.TimesOffset, StatisticsLayout.OperationCount * sizeof(LatencyHistogram)),
            (StatisticsLayout.PeerTimesOffset, sizeof(LatencyHistogram)),
        };
        int refused = 0;
        for (int round = 0; round < 600; round++)
        {
            (long start, int length) = places[round % places.Length];
            var place = new Span<byte>(_memory + start, length);
            byte[] before = place.ToArray();
            int at = random.Next(length);
            random.NextBytes(place.Slice(at, Math.Min(random.Next(1, 512), length - at)));
            try
            {
                UrmaStatistics read = StatisticsReader.Read(_memory);
                Assert.All(read.Queues, static q => Assert.InRange(q.Outstanding, 0, q.Depth));
                Assert.All(Enum.GetValues<UrmaOperation>(), o => Assert.DoesNotContain(read.Latency(o).Buckets.ToArray(), static count => count < 0));
                Assert.True(read.Counters.Writes >= 0 && read.Counters.OwnershipWaitTime >= 0);
            }
            catch (UrmaException)
            {
                refused++;
            }

            before.CopyTo(place);
        }

        Assert.InRange(refused, 100, 599);
        Assert.Equal(1, StatisticsReader.Read(_memory).Counters.Writes);
    }

    [Fact]
    public void Blocks_are_used_again_and_what_was_counted_stays()
    {
        _page.Return(_block);
        _block->CreditStalledSince = 1;
        CounterBlock* again = _page.Take(BlockKind.SendQueue, 8, 64);
        Assert.True(again == _block);
        Assert.Equal(0, again->CreditStalledSince);
        UrmaStatistics read = _page.Read();
        Assert.Equal((1, 1), (read.Counters.Writes, read.Latency(UrmaOperation.Write).Count));
        Assert.Equal((0, 0), (read.Queues[0].Counters.Writes, read.Queues[0].Latency(UrmaOperation.Write).Count));
    }

    [Fact]
    public void When_blocks_and_places_run_out_the_rest_counts_and_lost_peers_make_room()
    {
        for (int i = 1; i < StatisticsLayout.ClosedBlock; i++)
        {
            Assert.False(_page.Take(BlockKind.Copier, 0, 0) == _page.Overflow);
        }

        // Who counts there adds in three steps; what is closed meanwhile must not be lost.
        CounterBlock* overflow = _page.Take(BlockKind.SendQueue, 1, 1);
        Assert.True(overflow == _page.Overflow);
        long writes = overflow->Writes;
        _page.Return(_block);
        _page.Add(Counter.Writes, 1);
        overflow->Writes = writes + 1;
        Assert.Equal(3, _page.Read().Counters.Writes);
        _page.Return(overflow);
        Assert.Equal(3, _page.Read().Counters.Writes);
        int last = 0;
        for (int i = 1; i < StatisticsLayout.MaxPeers; i++)
        {
            last = _page.AddPeer(default, (uint)i, 0, string.Empty);
            Assert.Equal(i, last);
        }

        Assert.Equal(-1, _page.AddPeer(default, 1, 0, "one too many"));
        _page.LosePeer(last);
        Assert.Equal(last, _page.AddPeer(default, 1, 0, "new"));
        Assert.Equal(StatisticsLayout.MaxPeers, _page.Read().Peers.Count);
    }

    private delegate void Change(CounterBlock* block);

    private void Refused(Change change)
    {
        CounterBlock before = *_block;
        change(_block);
        Assert.Throws<UrmaException>(() => StatisticsReader.Read(_memory));
        *_block = before;
        Assert.Equal(1, StatisticsReader.Read(_memory).Counters.Writes);
    }
}
