using System.Runtime.InteropServices;

namespace Urma.Net.Collectives.Tests.Communicators;

/// <summary>Messages, groups, handles and awaited calls.</summary>
public sealed unsafe class GroupTests
{
    [Theory]
    [InlineData(2, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 100)]
    [InlineData(4, 5_000)]
    [InlineData(5, 300_000)]
    public void A_ring_in_a_group(int size, int count) => RankThreads.Run(size, communicator =>
    {
        int next = (communicator.Rank + 1) % size;
        int previous = (communicator.Rank + size - 1) % size;
        float[] mine = GC.AllocateArray<float>(count, pinned: true);
        float[] theirs = GC.AllocateArray<float>(count, pinned: true);
        mine.AsSpan().Fill(communicator.Rank);
        theirs.AsSpan().Fill(-1);
        for (int round = 0; round < 3; round++)
        {
            using CollectiveGroup group = CollectiveGroup.Start();
            communicator.Send(Address(mine), count, DataType.Float32, next);
            communicator.Receive(Address(theirs), count, DataType.Float32, previous);
            group.End();
            Assert.Equal(-1, theirs.AsSpan().IndexOfAnyExcept((float)previous));
            theirs.AsSpan().Fill(-1);
        }
    });

    private static nint Address<T>(T[] pinned)
        where T : unmanaged => (nint)(T*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);

    [Fact]
    public void A_message_of_registered_memory_is_copied_once_and_right() => RankThreads.Run(2, communicator =>
    {
        const int Count = 1 << 20;
        using RegisteredMemory memory = communicator.Allocate(Count * sizeof(int));
        Span<int> values = memory.AsSpan<int>();
        if (communicator.Rank == 0)
        {
            for (int i = 0; i < Count; i++)
            {
                values[i] = i;
            }

            communicator.Send<int>(values, 1);
        }
        else
        {
            communicator.Receive(values, 0);
            for (int i = 0; i < Count; i++)
            {
                Assert.Equal(i, values[i]);
            }
        }
    });

    [Fact]
    public void To_oneself_in_a_group_and_not_outside() => RankThreads.Run(2, communicator =>
    {
        int[] mine = GC.AllocateArray<int>(1000, pinned: true);
        int[] copy = GC.AllocateArray<int>(1000, pinned: true);
        mine.AsSpan().Fill(communicator.Rank + 1);
        using (CollectiveGroup group = CollectiveGroup.Start())
        {
            communicator.Receive(Address(copy), 1000, DataType.Int32, communicator.Rank);
            communicator.Send(Address(mine), 1000, DataType.Int32, communicator.Rank);
            group.End();
        }

        Assert.Equal(mine, copy);
        CollectiveException error = Assert.Throws<CollectiveException>(() => communicator.Send<int>(mine, communicator.Rank));
        Assert.Null(error.Fault);
        communicator.Barrier();
    });

    [Fact]
    public void Groups_nest() => RankThreads.Run(2, communicator =>
    {
        int[] mine = GC.AllocateArray<int>(10, pinned: true);
        int[] theirs = GC.AllocateArray<int>(10, pinned: true);
        mine.AsSpan().Fill(communicator.Rank + 1);
        int peer = 1 - communicator.Rank;
        using (CollectiveGroup outer = CollectiveGroup.Start())
        {
            using (CollectiveGroup inner = CollectiveGroup.Start())
            {
                communicator.Send(Address(mine), 10, DataType.Int32, peer);
                inner.End();
            }

            communicator.Receive(Address(theirs), 10, DataType.Int32, peer);
            outer.End();
            Assert.Throws<InvalidOperationException>(outer.End);
        }

        Assert.Equal(-1, theirs.AsSpan().IndexOfAnyExcept(peer + 1));
        using (CollectiveGroup outer = CollectiveGroup.Start())
        {
            using (CollectiveGroup.Start())
            {
                communicator.Send(Address(mine), 10, DataType.Int32, peer);
            }

            Assert.Throws<InvalidOperationException>(outer.End);
        }

        communicator.Barrier();
    });

    // The memory is the caller's again when the end of the group throws.
    [Fact]
    public void What_was_begun_has_ended_when_another_communicator_could_not_begin() => RankThreads.Run(2, communicator =>
    {
        int[] values = GC.AllocateArray<int>(1000, pinned: true);
        if (communicator.Rank == 1)
        {
            values.AsSpan().Fill(7);
            Thread.Sleep(500);
            communicator.Send<int>(values, 0);
            return;
        }

        using UrmaContext context = UrmaContext.Open($"loopback://{Guid.NewGuid():N}");
        Communicator gone = Communicator.CreateAll(context, 1)[0];
        int[] own = GC.AllocateArray<int>(1, pinned: true);
        using CollectiveGroup group = CollectiveGroup.Start();
        communicator.Receive(Address(values), values.Length, DataType.Int32, 1);
        gone.AllReduce(Address(own), Address(own), 1, DataType.Int32, Reduction.Sum);
        Task.Run(gone.Dispose).Wait(TimeSpan.FromSeconds(30));
        Assert.Throws<ObjectDisposedException>(group.End);
        Assert.Equal(-1, values.AsSpan().IndexOfAnyExcept(7));
    });

    [Fact]
    public void An_old_group_does_not_end_a_new_one() => RankThreads.Run(2, communicator =>
    {
        int[] mine = GC.AllocateArray<int>(10, pinned: true);
        int[] theirs = GC.AllocateArray<int>(10, pinned: true);
        mine.AsSpan().Fill(communicator.Rank + 1);
        int peer = 1 - communicator.Rank;
        CollectiveGroup old = CollectiveGroup.Start();
        communicator.Send(Address(mine), 10, DataType.Int32, peer);
        communicator.Receive(Address(theirs), 10, DataType.Int32, peer);
        old.End();
        theirs.AsSpan().Fill(-1);
        using CollectiveGroup group = CollectiveGroup.Start();
        communicator.Send(Address(mine), 10, DataType.Int32, peer);
        communicator.Receive(Address(theirs), 10, DataType.Int32, peer);
        old.Dispose();
        group.End();
        Assert.Equal(-1, theirs.AsSpan().IndexOfAnyExcept(peer + 1));
    });

    // Each look at as many messages takes a time that grows with their number only.
    [Fact]
    public void Very_many_messages_in_a_group() => RankThreads.Run(2, communicator =>
    {
        const int Messages = 5_000;
        int[] mine = GC.AllocateArray<int>(Messages, pinned: true);
        int[] theirs = GC.AllocateArray<int>(Messages, pinned: true);
        for (int i = 0; i < Messages; i++)
        {
            mine[i] = i;
        }

        using CollectiveGroup group = CollectiveGroup.Start();
        for (int i = 0; i < Messages; i++)
        {
            communicator.Send(Address(mine) + (i * sizeof(int)), 1, DataType.Int32, 1 - communicator.Rank);
            communicator.Receive(Address(theirs) + (i * sizeof(int)), 1, DataType.Int32, 1 - communicator.Rank);
        }

        group.End();
        Assert.Equal(mine, theirs);
    });

    [Fact]
    public void What_was_begun_ends_before_the_communicator() => RankThreads.Run(2, communicator =>
    {
        int[] vector = GC.AllocateArray<int>(5000, pinned: true);
        vector.AsSpan().Fill(1);
        CollectiveHandle last = default;
        for (int i = 0; i < 10; i++)
        {
            last = communicator.BeginAllReduce(Address(vector), Address(vector), 5000, DataType.Int32, Reduction.Sum);
        }

        communicator.Dispose();
        last.Wait();
        Assert.Equal(-1, vector.AsSpan().IndexOfAnyExcept(1024));
    });

    [Fact]
    public void Memory_outlives_its_communicator() => RankThreads.Run(2, communicator =>
    {
        RegisteredMemory memory = communicator.Allocate(4096);
        communicator.Broadcast(memory.AsSpan<byte>(), 0);
        communicator.Dispose();
        memory.AsSpan<byte>().Fill(1);
        memory.Dispose();
        Assert.Throws<ObjectDisposedException>(() => communicator.Barrier());
        communicator.Abort();
    });

    [Fact]
    public void Disposal_ends_the_call_of_another_thread() => RankThreads.Run(2, communicator =>
    {
        if (communicator.Rank == 0)
        {
            Task<Exception> waiting = Task.Run(() => Record.Exception(() => communicator.Barrier()));
            Thread.Sleep(100);
            communicator.Dispose();
            Assert.True(waiting.Wait(TimeSpan.FromSeconds(10)));
            Assert.IsAssignableFrom<Exception>(waiting.Result);
        }
        else
        {
            SpinWait.SpinUntil(() => communicator.Fault is not null, TimeSpan.FromSeconds(30));
            Assert.Equal(CommunicatorFaultKind.Aborted, communicator.Fault?.Kind);
        }
    });

    [Fact]
    public void One_thread_drives_all_ranks()
    {
        using UrmaContext context = UrmaContext.Open($"loopback://{Guid.NewGuid():N}");
        Communicator[] ranks = Communicator.CreateAll(context, 3);
        double[][] values = [.. ranks.Select(rank => GC.AllocateArray<double>(500, pinned: true))];
        for (int round = 0; round < 5; round++)
        {
            using CollectiveGroup group = CollectiveGroup.Start();
            for (int rank = 0; rank < ranks.Length; rank++)
            {
                values[rank].AsSpan().Fill(rank + round);
                ranks[rank].AllReduce(Address(values[rank]), Address(values[rank]), 500, DataType.Float64, Reduction.Sum);
            }

            group.End();
            Assert.All(values, vector => Assert.Equal(-1, vector.AsSpan().IndexOfAnyExcept(3.0 + (3 * round))));
        }

        Task.WaitAll([.. ranks.Select(rank => rank.DisposeAsync().AsTask())], TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void What_is_begun_is_done_in_order() => RankThreads.Run(3, communicator =>
    {
        float[] vector = GC.AllocateArray<float>(100, pinned: true);
        float[] later = new float[100];
        vector.AsSpan().Fill(1);
        CollectiveHandle first = communicator.BeginAllReduce(Address(vector), Address(vector), 100, DataType.Float32, Reduction.Sum);
        CollectiveHandle second = communicator.BeginAllReduce(Address(vector), Address(vector), 100, DataType.Float32, Reduction.Sum);

        // A blocking call waits for what was begun before it.
        communicator.AllReduce<float>(vector, later, Reduction.Sum);
        Assert.True(first.IsCompleted);
        Assert.True(second.IsCompleted);
        first.Wait();
        second.Wait();
        Assert.Equal(-1, vector.AsSpan().IndexOfAnyExcept(9f));
        Assert.Equal(-1, later.AsSpan().IndexOfAnyExcept(27f));
        Assert.Throws<InvalidOperationException>(first.Wait);
    });

    [Fact]
    public void An_outcome_is_not_taken_before_it_is_there() => RankThreads.Run(2, communicator =>
    {
        int[] vector = [1];
        ValueTask first = communicator.Rank == 0 ? communicator.AllReduceAsync<int>(vector, vector, Reduction.Sum) : default;
        if (communicator.Rank == 0)
        {
            Assert.Throws<InvalidOperationException>(() => first.GetAwaiter().GetResult());
        }

        Thread.Sleep(100);
        if (communicator.Rank == 1)
        {
            first = communicator.AllReduceAsync<int>(vector, vector, Reduction.Sum);
        }

        Assert.True(first.AsTask().Wait(TimeSpan.FromSeconds(30)));
        Assert.Equal(2, vector[0]);
    });

    [Fact]
    public void Awaited_calls_pin_what_they_are_given() => RankThreads.Run(2, communicator =>
    {
        int[] mine = new int[4000];
        int[] all = new int[8000];
        mine.AsSpan().Fill(communicator.Rank + 5);
        for (int round = 0; round < 20; round++)
        {
            ValueTask gathering = communicator.AllGatherAsync<int>(mine, all);
            GC.Collect();
            gathering.AsTask().Wait(TimeSpan.FromSeconds(30));
            Assert.Equal(-1, all.AsSpan(0, 4000).IndexOfAnyExcept(5));
            Assert.Equal(-1, all.AsSpan(4000).IndexOfAnyExcept(6));
        }
    });

    [Fact]
    public void A_span_in_a_group_is_refused() => RankThreads.Run(1, communicator =>
    {
        using CollectiveGroup group = CollectiveGroup.Start();
        Assert.Throws<InvalidOperationException>(() => communicator.AllReduce<int>([1], new int[1], Reduction.Sum));
    });

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    public void Blocks_of_different_sizes(int size) => RankThreads.Run(size, communicator =>
    {
        int rank = communicator.Rank;

        // Rank r has (r + 1) * (s + 2) * 400 elements for rank s, apart by 3.
        static long Count(int from, int to) => (from + 1L) * (to + 2L) * 400 % 9000;
        long[] sendCounts = [.. Enumerable.Range(0, size).Select(peer => Count(rank, peer))];
        long[] receiveCounts = [.. Enumerable.Range(0, size).Select(peer => Count(peer, rank))];
        long[] sendAt = new long[size];
        long[] receiveAt = new long[size];
        for (int i = 1; i < size; i++)
        {
            sendAt[i] = sendAt[i - 1] + sendCounts[i - 1] + 3;
            receiveAt[i] = receiveAt[i - 1] + receiveCounts[i - 1] + 3;
        }

        short[] dummy = [];
        uint[] send = new uint[sendAt[^1] + sendCounts[^1]];
        uint[] receive = new uint[receiveAt[^1] + receiveCounts[^1]];
        for (int peer = 0; peer < size; peer++)
        {
            for (int i = 0; i < sendCounts[peer]; i++)
            {
                send[sendAt[peer] + i] = (uint)((rank * 1_000_000) + (peer * 10_000) + i);
            }
        }

        communicator.AllToAllV<uint>(send, sendCounts, sendAt, receive, receiveCounts, receiveAt);
        for (int peer = 0; peer < size; peer++)
        {
            for (int i = 0; i < receiveCounts[peer]; i++)
            {
                Assert.Equal((uint)((peer * 1_000_000) + (rank * 10_000) + i), receive[receiveAt[peer] + i]);
            }
        }

        Assert.Throws<ArgumentException>(() => communicator.AllToAllV<short>(dummy, new long[size + 1], new long[size], dummy, new long[size], new long[size]));
    });

    [Fact]
    public void Puts_and_signals() => RankThreads.Run(3, communicator =>
    {
        int rank = communicator.Rank;
        using RegisteredMemory memory = communicator.Allocate(3 * 1024);
        CollectiveWindow window = communicator.RegisterWindow(memory);
        byte[] mine = new byte[1024];
        for (int round = 1; round <= 50; round++)
        {
            mine.AsSpan().Fill((byte)(round + rank));
            for (int peer = 0; peer < 3; peer++)
            {
                communicator.PutSignal<byte>(mine, peer, window, rank * 1024, signal: 3);
            }

            for (int peer = 0; peer < 3; peer++)
            {
                communicator.WaitSignal(peer, signal: 3);
                Assert.Equal(-1, memory.AsSpan<byte>(peer * 1024, 1024).IndexOfAnyExcept((byte)(round + peer)));
            }

            communicator.Barrier();
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => communicator.PutSignal<byte>(mine, 0, window, (3 * 1024) - 1023));
        communicator.Signal((rank + 1) % 3);
        communicator.WaitSignal((rank + 2) % 3);
        communicator.Barrier();
    });

    [Fact]
    public void Parts_of_a_communicator() => RankThreads.Run(5, communicator =>
    {
        int rank = communicator.Rank;

        // Even and odd ranks, in falling order; the last joins nobody.
        Communicator? part = communicator.Split(rank == 4 ? Communicator.NoColor : rank % 2, key: -rank);
        if (rank == 4)
        {
            Assert.Null(part);
        }
        else
        {
            Assert.Equal(2, part!.Size);
            Assert.Equal(rank < 2 ? 1 : 0, part.Rank);
            int[] sum = [rank];
            part.AllReduce<int>(sum, sum, Reduction.Sum);
            Assert.Equal(rank % 2 == 0 ? 2 : 4, sum[0]);
            part.Dispose();
        }

        communicator.Barrier();
        if (rank != 2)
        {
            using Communicator rest = communicator.Shrink([2]);
            Assert.Equal(4, rest.Size);
            long[] ranks = new long[4];
            rest.AllGather<long>([rank], ranks);
            Assert.Equal([0, 1, 3, 4], ranks);
        }

        communicator.Barrier();
    });
}
