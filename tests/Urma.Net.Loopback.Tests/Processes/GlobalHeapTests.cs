namespace Urma.Net.Loopback.Tests.Processes;

/// <summary>A heap of several processes, which follow each other's pointers.</summary>
public sealed class GlobalHeapTests : ProcessTest
{
    private const long Slice = 1 << 20;

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Lists_through_all_slices_are_walked_by_every_rank(int size)
    {
        (GlobalHeap heap, PeerProcess[] peers) = Join(size);
        GlobalPointer<long> head = heap.AllocateSymmetric<long>();
        Assert.All(peers, p => Assert.Equal(heap.OffsetOf(head), p.Ask("heap-symmetric").Number("offset")));
        var expected = new List<int>();
        long sum = 0;
        for (int i = 0; i < 40; i++)
        {
            int rank = (i * 7) % size;
            if (rank == 0)
            {
                GlobalPointer<Node> node = heap.Allocate<Node>();
                ref GlobalPointer<Node> first = ref head.Cast<GlobalPointer<Node>>().Value;
                node.Value = new Node { Value = i, Next = first };
                first = node;
            }
            else
            {
                peers[rank - 1].Ask($"heap-push head={heap.OffsetOf(head)} value={i}");
            }

            expected.Insert(0, rank);
            sum += i;
        }

        foreach (PeerProcess peer in peers)
        {
            PeerReply walked = peer.Ask($"heap-walk head={heap.OffsetOf(head)}");
            Assert.Equal(sum, walked.Number("sum"));
            Assert.Equal(string.Join(',', expected), walked["ranks"]);
        }

        long sumHere = 0;
        for (GlobalPointer<Node> node = head.Cast<GlobalPointer<Node>>().Value; !node.IsNull; node = node.Value.Next)
        {
            sumHere += node.Value.Value;
        }

        Assert.Equal(sum, sumHere);
        Assert.StartsWith("error ArgumentException", peers[0].Try($"heap-free-foreign rank=0 offset={heap.OffsetOf(head)}").Line, StringComparison.Ordinal);
        LeaveAll(heap, peers);
    }

    [Fact]
    public void Atomics_of_four_ranks_in_all_slices_add_up()
    {
        (GlobalHeap heap, PeerProcess[] peers) = Join(4);
        GlobalPointer<long> word = heap.AllocateSymmetric<long>();
        Assert.All(peers, p => p.Ask("heap-symmetric"));
        Array.ForEach(peers, p => p.Tell($"heap-add offset={heap.OffsetOf(word)} count=20000"));
        Assert.All(peers, p => Assert.True(p.Await().IsOk));
        for (int rank = 0; rank < 4; rank++)
        {
            Assert.Equal(60_000, heap.At<long>(rank, heap.OffsetOf(word)).Value);
        }
    }

    [Fact]
    public void Nobody_passes_a_barrier_before_the_last_has_come()
    {
        (GlobalHeap heap, PeerProcess[] peers) = Join(4);
        long offset = heap.OffsetOf(heap.AllocateSymmetric<long>());
        Assert.All(peers, p => p.Ask("heap-symmetric"));
        const int Count = 300;
        Array.ForEach(peers, p => p.Tell($"heap-barriers offset={offset} count={Count}"));
        for (int i = 1; i <= Count; i++)
        {
            heap.At<long>(0, offset).Value = i;
            heap.Barrier(Bounds.Operation);
            for (int rank = 0; rank < 4; rank++)
            {
                Assert.True(heap.At<long>(rank, offset).Value >= i);
            }
        }

        Assert.All(peers, p => Assert.Equal(0, p.Await().Number("behind")));
    }

    [Fact]
    public void A_barrier_ends_in_time_names_who_is_missing_and_can_be_tried_again()
    {
        (GlobalHeap heap, PeerProcess[] peers) = Join(3);
        peers[0].Tell("heap-barrier");
        peers[1].Stop();
        UrmaException late = Assert.Throws<UrmaException>(() => heap.Barrier(TimeSpan.FromMilliseconds(300)));
        Assert.Equal(UrmaStatus.TimedOut, late.Status);
        Assert.Contains($"Rank 2 (process {peers[1].Id})", late.Message, StringComparison.Ordinal);
        peers[1].Continue();
        peers[1].Tell("heap-barrier");
        heap.Barrier(Bounds.Operation);
        Assert.All(peers, p => Assert.True(p.Await().IsOk));
        LeaveAll(heap, peers);
    }

    [Fact]
    public void A_rank_that_makes_another_symmetric_call_is_named()
    {
        (GlobalHeap heap, PeerProcess[] peers) = Join(2);
        heap.AllocateSymmetric<long>(10);
        string line = peers[0].Try("heap-symmetric count=11").Line;
        Assert.Contains("InvalidArgument", line, StringComparison.Ordinal);
        Assert.Contains("of rank 0", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_rank_is_named_by_all_who_came()
    {
        UrmaContext context = OpenHere();
        PeerProcess peer = OpenPeer();
        peer.Tell("heap-join name=h rank=2 size=3 timeout=1000");
        UrmaException missing = Assert.Throws<UrmaException>(() => GlobalHeap.Join(context, Options(3) with { Timeout = TimeSpan.FromSeconds(1) }));
        Assert.Equal(UrmaStatus.TimedOut, missing.Status);
        Assert.Contains("Rank 1 of 3 has not", missing.Message, StringComparison.Ordinal);
        string line = peer.Await().Line;
        Assert.StartsWith("error", line, StringComparison.Ordinal);
        Assert.Contains("ank 1", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Ranks_that_do_not_fit_together_are_refused()
    {
        UrmaContext context = OpenHere();
        PeerProcess other = OpenPeer("other");
        PeerProcess same = OpenPeer("same");
        other.Tell("heap-join name=h rank=1 size=3 slice=8192 timeout=2000");
        same.Tell("heap-join name=h rank=0 size=3 timeout=2000");
        _ = Assert.ThrowsAny<UrmaException>(() => GlobalHeap.Join(context, Options(3) with { Timeout = TimeSpan.FromSeconds(2) }));
        Assert.Contains("InvalidArgument", other.Await().Line, StringComparison.Ordinal);
        Assert.StartsWith("error", same.Await().Line, StringComparison.Ordinal);
        other.Tell("heap-join name=t rank=1 size=2 token=5 timeout=2000");
        _ = Assert.ThrowsAny<UrmaException>(() => GlobalHeap.Join(context, Options(2) with { Name = "t", Token = new Token(6), Timeout = TimeSpan.FromSeconds(2) }));
        Assert.Contains("OperationNotPermitted", other.Await().Line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_place_that_one_rank_has_not_free_is_not_taken()
    {
        UrmaContext context = OpenHere();
        PeerProcess peer = OpenPeer();
        // Everything below the middle of where rank 0 proposes: at least one of its eight choices fails nearly always.
        peer.Ask($"occupy from={0x1000_0000_0000} to={0x3000_0000_0000} step={1L << 30}");
        for (int i = 0; i < 3; i++)
        {
            peer.Tell($"heap-join name=h{i} rank=1 size=2 slice={Slice}");
            using GlobalHeap heap = GlobalHeap.Join(context, Options(2) with { Name = $"h{i}" });
            Assert.Equal((long)heap.Base, peer.Await().Number("base"));
            Assert.True(heap.Base >= 0x3000_0000_0000);
            peer.Ask("heap-dispose");
        }
    }

    [Fact]
    public void A_killed_rank_faults_nobody_and_is_told_of()
    {
        (GlobalHeap heap, PeerProcess[] peers) = Join(4);
        using var told = new ManualResetEventSlim();
        heap.RankLost += (_, lost) =>
        {
            if (lost.Rank == 2)
            {
                told.Set();
            }
        };
        peers[0].Ask("heap-hammer rank=2");
        peers[2].Ask("heap-hammer rank=2");
        Threads.Until(() => heap.At<long>(2, 8).Value != 0, "the others store");
        peers[1].Kill();
        Assert.True(told.Wait(Bounds.Operation));
        Assert.False(heap.IsRankAlive(2));
        Assert.True(heap.IsRankAlive(1));
        Assert.Equal("2", peers[0].AwaitEvent("rank-lost")["rank"]);
        Assert.Equal("2", peers[2].AwaitEvent("rank-lost")["rank"]);
        Assert.Equal("False", peers[0].Ask("heap-alive rank=2")["alive"]);

        // The memory is scratch at the same addresses, not the others' stores and not a fault.
        heap.At<long>(2, 0).Value = 77;
        Assert.Equal(77, heap.At<long>(2, 0).Value);
        Assert.Equal("0", peers[0].Ask($"heap-walk head={heap.OffsetOf(heap.Allocate<long>())}")["sum"]);
        RankLostException lost = Assert.Throws<RankLostException>(() => heap.Barrier(Bounds.Operation));
        Assert.Equal(2, lost.Rank);
        Assert.Contains("RankLostException", peers[0].Try("heap-barrier").Line, StringComparison.Ordinal);
        peers[0].Ask("heap-hammer-stop");
        peers[2].Ask("heap-hammer-stop");
        LeaveAll(heap, [peers[0], peers[2]]);
    }

    [Fact]
    public void Without_rank_0_the_others_keep_their_memory_and_can_leave()
    {
        PeerProcess[] peers = [OpenPeer("zero"), OpenPeer("two")];
        UrmaContext context = OpenHere();
        peers[0].Tell($"heap-join name=h rank=0 size=3 slice={Slice}");
        peers[1].Tell($"heap-join name=h rank=2 size=3 slice={Slice}");
        using GlobalHeap heap = GlobalHeap.Join(context, Options(3) with { Rank = 1 });
        Assert.All(peers, p => Assert.True(p.Await().IsOk));
        peers[0].Kill();
        Threads.Until(() => !heap.IsRankAlive(0), "the death is seen");
        Assert.Equal(0, Assert.Throws<RankLostException>(() => heap.Barrier(Bounds.Operation)).Rank);
        heap.At<long>(2, 64).Value = 9;
        Assert.True(heap.IsRankAlive(2));
        GlobalPointer<long> word = heap.Allocate<long>();
        word.Value = 3;
        peers[1].Ask("heap-leave");
        heap.Leave(Bounds.Operation);
    }

    [Fact]
    public void A_rank_that_dies_while_joining_is_named()
    {
        UrmaContext context = OpenHere();
        PeerProcess victim = OpenPeer("victim", "import");
        victim.Tell("heap-join name=h rank=1 size=2");
        // It dies when this side asks for its slice, or for its sign of life.
        UrmaException failed = Assert.ThrowsAny<UrmaException>(() => GlobalHeap.Join(context, Options(2)));
        victim.AwaitExit();
        Assert.DoesNotContain("within", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Leaving_ends_in_time_and_can_be_tried_again()
    {
        (GlobalHeap heap, PeerProcess[] peers) = Join(2);
        UrmaException late = Assert.Throws<UrmaException>(() => heap.Leave(TimeSpan.FromMilliseconds(100)));
        Assert.Contains("Rank 1", late.Message, StringComparison.Ordinal);
        Assert.True(heap.IsRankAlive(1));
        LeaveAll(heap, peers);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Closing_ends_a_barrier_that_others_do_not_come_to(bool closesContext)
    {
        for (int round = 0; round < 5; round++)
        {
            PeerProcess peer = OpenPeer($"rank1-{round}");
            peer.Tell($"heap-join name=h{round} rank=1 size=2 slice={Slice}");
            UrmaContext context = OpenHere();
            GlobalHeap heap = Own(GlobalHeap.Join(context, new GlobalHeapOptions { Name = $"h{round}", Rank = 0, Size = 2, SliceLength = Slice }));
            Assert.True(peer.Await().IsOk);
            Exception? seen = null;
            using var starts = new ManualResetEventSlim();
            var waiter = new Thread(() =>
            {
                starts.Set();
                seen = Record.Exception(() => heap.Barrier(Bounds.Operation));
            });
            waiter.Start();
            starts.Wait(Bounds.Operation);
            Thread.Sleep(round * 10);
            if (closesContext)
            {
                context.Dispose();
            }
            else
            {
                heap.Dispose();
            }

            Assert.True(waiter.Join(Bounds.Operation));
            Assert.IsType<ObjectDisposedException>(seen);
            Assert.Throws<ObjectDisposedException>(() => heap.AllocateSymmetric<int>());
        }
    }

    private static void LeaveAll(GlobalHeap heap, PeerProcess[] peers)
    {
        Array.ForEach(peers, p => p.Tell("heap-leave"));
        heap.Leave(Bounds.Operation);
        Assert.All(peers, p => Assert.Equal("ok", p.Await().Line));
    }

    private static GlobalHeapOptions Options(int size) => new() { Name = "h", Rank = 0, Size = size, SliceLength = Slice };

    private (GlobalHeap Heap, PeerProcess[] Peers) Join(int size)
    {
        PeerProcess[] peers = [.. Enumerable.Range(1, size - 1).Select(i => OpenPeer($"rank{i}"))];
        for (int i = 0; i < peers.Length; i++)
        {
            peers[i].Tell($"heap-join name=h rank={i + 1} size={size} slice={Slice}");
        }

        GlobalHeap heap = Own(GlobalHeap.Join(OpenHere(), Options(size)));
        Assert.All(peers, p => Assert.Equal((long)heap.Base, p.Await().Number("base")));
        return (heap, peers);
    }

    private struct Node
    {
        public long Value;
        public GlobalPointer<Node> Next;
    }
}
