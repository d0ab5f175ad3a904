using System.Runtime.InteropServices;

namespace Urma.Net.Collectives.Tests.Communicators;

/// <summary>Blocks of different sizes, puts and signals that are begun or awaited; windows that are given back.</summary>
public sealed unsafe class BegunTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static nint Address<T>(T[] pinned)
        where T : unmanaged => (nint)(T*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);

    private static void Run(CollectivePath path, int size, Action<Communicator> body) => RankThreads.Run(size, body, new CommunicatorOptions { Path = path });

    // Rank r has 100 * (r + 1) elements for everybody, all of them 10 * r + (for whom).
    private static (int[] Send, long[] SendCounts, long[] SendAt, long[] ReceiveCounts, long[] ReceiveAt) Blocks(int rank, int size)
    {
        int own = 100 * (rank + 1);
        int[] send = GC.AllocateArray<int>(own * size, pinned: true);
        for (int i = 0; i < send.Length; i++)
        {
            send[i] = (10 * rank) + (i / own);
        }

        long[] receiveCounts = [.. Enumerable.Range(0, size).Select(peer => 100L * (peer + 1))];
        long[] receiveAt = [.. Enumerable.Range(0, size).Select(peer => 100L * peer * (peer + 1) / 2)];
        return (send, [.. Enumerable.Repeat((long)own, size)], [.. Enumerable.Range(0, size).Select(peer => (long)peer * own)], receiveCounts, receiveAt);
    }

    private static void ExpectBlocks(int[] received, int rank, long[] counts, long[] places)
    {
        for (int peer = 0; peer < counts.Length; peer++)
        {
            Assert.Equal(-1, received.AsSpan((int)places[peer], (int)counts[peer]).IndexOfAnyExcept((10 * peer) + rank));
        }
    }

    [Theory]
    [InlineData(CollectivePath.Mapped)]
    [InlineData(CollectivePath.Posted)]
    public void Blocks_of_different_sizes(CollectivePath path) => Run(path, 3, communicator =>
    {
        (int[] send, long[] sendCounts, long[] sendAt, long[] receiveCounts, long[] receiveAt) = Blocks(communicator.Rank, 3);
        int length = (int)(receiveCounts[^1] + receiveAt[^1]);
        int[] first = GC.AllocateArray<int>(length, pinned: true);
        int[] second = new int[length];
        int[] third = new int[length];
        for (int round = 0; round < 10; round++)
        {
            Array.Fill(first, -1);
            Array.Fill(second, -1);
            Array.Fill(third, -1);

            // The lists are the caller's again at once, also those of a blocking call behind them.
            long[] counts = [.. sendCounts];
            CollectiveHandle begun = communicator.BeginAllToAllV(Address(send), counts, sendAt, Address(first), receiveCounts, receiveAt, DataType.Int32);
            ValueTask awaited = communicator.AllToAllVAsync<int>(send, counts, sendAt, second, receiveCounts, receiveAt);
            Array.Fill(counts, -1);
            communicator.AllToAllV<int>(send, sendCounts, sendAt, third, receiveCounts, receiveAt);
            begun.Wait();
            Assert.True(awaited.AsTask().Wait(Soon));
            ExpectBlocks(first, communicator.Rank, receiveCounts, receiveAt);
            ExpectBlocks(second, communicator.Rank, receiveCounts, receiveAt);
            ExpectBlocks(third, communicator.Rank, receiveCounts, receiveAt);
        }

        Assert.Throws<ArgumentException>(() => communicator.BeginAllToAllV(Address(send), sendCounts, sendAt, Address(send), receiveCounts, receiveAt, DataType.Int32));
        Assert.Throws<ArgumentException>(() =>
        {
            ValueTask refused = communicator.AllToAllVAsync<int>(send, sendCounts, sendAt, new int[length - 1], receiveCounts, receiveAt);
            refused.AsTask().Wait(Soon);
        });
    });

    [Theory]
    [InlineData(CollectivePath.Mapped)]
    [InlineData(CollectivePath.Posted)]
    public void Puts_and_signals(CollectivePath path) => Run(path, 3, communicator =>
    {
        const int Length = 50_000;
        int next = (communicator.Rank + 1) % 3;
        int previous = (communicator.Rank + 2) % 3;
        using RegisteredMemory memory = communicator.Allocate(Length);
        CollectiveWindow window = communicator.RegisterWindow(memory);
        byte[] mine = GC.AllocateArray<byte>(Length, pinned: true);
        for (int round = 1; round <= 10; round++)
        {
            mine.AsSpan().Fill((byte)((10 * round) + communicator.Rank));
            CollectiveHandle put = communicator.BeginPutSignal(Address(mine), Length / 2, next, window, 0, signal: 2);
            ValueTask rest = communicator.PutSignalAsync<byte>(mine.AsMemory(Length / 2), next, window, Length / 2, signal: 2);
            CollectiveHandle raised = communicator.BeginSignal(next);
            ValueTask again = communicator.SignalAsync(next);
            CollectiveHandle there = communicator.BeginWaitSignal(previous, signal: 2, count: 2);
            ValueTask both = communicator.WaitSignalAsync(previous, count: 2);
            put.Wait();
            raised.Wait();
            there.Wait();
            Assert.True(rest.AsTask().Wait(Soon));
            Assert.True(again.AsTask().Wait(Soon));
            Assert.True(both.AsTask().Wait(Soon));
            Assert.Equal(-1, memory.AsSpan<byte>().IndexOfAnyExcept((byte)((10 * round) + previous)));
            communicator.Barrier();
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => communicator.BeginPutSignal(Address(mine), Length, next, window, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => communicator.BeginSignal(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => communicator.BeginWaitSignal(0, Communicator.SignalCount));
        Assert.Throws<InvalidOperationException>(() =>
        {
            using CollectiveGroup group = CollectiveGroup.Start();
            _ = communicator.BeginSignal(next);
        });
    });

    [Theory]
    [InlineData(CollectivePath.Mapped)]
    [InlineData(CollectivePath.Posted)]
    public void A_window_is_given_back_and_its_memory_goes(CollectivePath path) => Run(path, 3, communicator =>
    {
        const int Length = 200_000;
        int next = (communicator.Rank + 1) % 3;
        int previous = (communicator.Rank + 2) % 3;
        byte[] mine = new byte[Length];

        // As many as would not fit beside each other.
        for (int round = 1; round <= 40; round++)
        {
            RegisteredMemory memory = communicator.Allocate(Length);
            CollectiveWindow window = communicator.RegisterWindow(memory);
            mine.AsSpan().Fill((byte)(round + communicator.Rank));

            // Nobody waits for the signal: giving back does.
            communicator.PutSignal<byte>(mine, next, window, 0);
            communicator.DeregisterWindow(window);
            Assert.Equal(-1, memory.AsSpan<byte>().IndexOfAnyExcept((byte)(round + previous)));
            Assert.Throws<ArgumentException>(() => communicator.PutSignal<byte>(mine, next, window, 0));
            Assert.Throws<ArgumentException>(() => communicator.DeregisterWindow(window));
            memory.Dispose();
        }

        communicator.Barrier();
    });

    [Fact]
    public void Different_windows_are_not_given_back_together() => Run(CollectivePath.Automatic, 2, communicator =>
    {
        using RegisteredMemory memory = communicator.Allocate(1000);
        CollectiveWindow[] windows = [communicator.RegisterWindow(memory), communicator.RegisterWindow(memory)];
        ArgumentException error = Assert.Throws<ArgumentException>(() => communicator.DeregisterWindow(windows[communicator.Rank]));
        Assert.Contains($"rank {communicator.Rank} gives back {communicator.Rank + 1}", error.Message);
        communicator.DeregisterWindow(windows[0]);
        communicator.PutSignal<byte>(new byte[10], 1 - communicator.Rank, windows[1], 0);
        communicator.WaitSignal(1 - communicator.Rank);
        Assert.Null(communicator.Fault);
    });
}
