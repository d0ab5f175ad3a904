namespace Urma.Net.Collectives.Tests.Communicators;

/// <summary>Every operation against what it says it does, with whole numbers, so that results are exact.</summary>
public sealed class OperationTests
{
    public static TheoryData<int, int> Shapes()
    {
        var data = new TheoryData<int, int>();
        foreach (int size in new[] { 1, 2, 3, 4, 5, 8 })
        {
            foreach (int count in new[] { 0, 1, 2, 14, 15, 28, 29, 1000, 5000, 33_333 })
            {
                data.Add(size, count);
            }
        }

        return data;
    }

    // What rank r has at index i.
    private static long Value(int rank, int index) => ((rank + 1) * 1_000_003L) + (index * 7L);

    private static long[] Vector(int rank, int length) => [.. Enumerable.Range(0, length).Select(index => Value(rank, index))];

    private static long[] SumOf(int size, int length) =>
        [.. Enumerable.Range(0, length).Select(index => Enumerable.Range(0, size).Sum(rank => Value(rank, index)))];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Operations_on_arrays(int size, int count) => RankThreads.Run(size, communicator => All(communicator, count), oneContext: size % 2 == 0);

    private static void All(Communicator communicator, int count)
    {
        int rank = communicator.Rank;
        int size = communicator.Size;
        long[] mine = Vector(rank, count);
        long[] result = new long[count];

        communicator.AllReduce<long>(mine, result, Reduction.Sum);
        Assert.Equal(SumOf(size, count), result);

        long[] inPlace = [.. mine];
        communicator.AllReduce<long>(inPlace, inPlace, Reduction.Max);
        Assert.Equal(Vector(size - 1, count), inPlace);

        for (int root = 0; root < size; root++)
        {
            Array.Clear(result);
            communicator.Reduce<long>(mine, rank == root ? result : [], Reduction.Sum, root);
            Assert.Equal(rank == root ? SumOf(size, count) : new long[count], result);

            Array.Clear(result);
            communicator.Broadcast<long>(rank == root ? mine : [], result, root);
            Assert.Equal(Vector(root, count), result);

            long[] gathered = new long[rank == root ? count * size : 0];
            communicator.Gather<long>(mine, gathered, root);
            if (rank == root)
            {
                Assert.Equal(Enumerable.Range(0, size).SelectMany(other => Vector(other, count)), gathered);
            }

            Array.Clear(result);
            communicator.Scatter<long>(rank == root ? Vector(root, count * size) : [], result, root);
            Assert.Equal(Vector(root, count * size)[(rank * count)..((rank + 1) * count)], result);
        }

        long[] all = new long[count * size];
        communicator.AllGather<long>(mine, all);
        Assert.Equal(Enumerable.Range(0, size).SelectMany(other => Vector(other, count)), all);

        long[] blocks = Vector(rank, count * size);
        Array.Clear(result);
        communicator.ReduceScatter<long>(blocks, result, Reduction.Sum);
        Assert.Equal(SumOf(size, count * size)[(rank * count)..((rank + 1) * count)], result);

        communicator.AllToAll<long>(blocks, all);
        Assert.Equal(Enumerable.Range(0, size).SelectMany(other => Vector(other, count * size).Skip(rank * count).Take(count)), all);

        communicator.AllToAll<long>(blocks, blocks);
        Assert.Equal(all, blocks);
        communicator.Barrier();
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Operations_on_registered_memory(int size, int count) => RankThreads.Run(
        size,
        communicator =>
        {
            int rank = communicator.Rank;
            using RegisteredMemory memory = communicator.Allocate(Math.Max(1, (long)count * size * 2 * sizeof(long)));
            Span<long> send = memory.AsSpan<long>(0, count * size);
            Span<long> receive = memory.AsSpan<long>((long)count * size * sizeof(long), count * size);
            for (int round = 0; round < 3; round++)
            {
                Vector(rank, count * size).CopyTo(send);
                communicator.AllReduce<long>(send[..count], receive[..count], Reduction.Sum);
                Assert.Equal(SumOf(size, count), receive[..count]);
                communicator.AllReduce<long>(send[..count], send[..count], Reduction.Sum);
                Assert.Equal(SumOf(size, count), send[..count]);
                Vector(rank, count * size).CopyTo(send);
                int root = round % size;
                receive.Clear();
                communicator.Reduce<long>(send[..count], receive[..count], Reduction.Sum, root);
                Assert.Equal(rank == root ? SumOf(size, count) : new long[count], receive[..count]);
                communicator.Broadcast<long>(send[..count], receive[..count], root);
                Assert.Equal(Vector(root, count), receive[..count]);
                communicator.AllGather<long>(send[..count], receive);
                Assert.Equal(Enumerable.Range(0, size).SelectMany(other => Vector(other, count)).ToArray(), receive);
                communicator.ReduceScatter<long>(send, receive[..count], Reduction.Sum);
                Assert.Equal(SumOf(size, count * size).AsSpan(rank * count, count), receive[..count]);
                communicator.AllToAll<long>(send, receive);
                Assert.Equal(Enumerable.Range(0, size).SelectMany(other => Vector(other, count * size).Skip(rank * count).Take(count)).ToArray(), receive);
                receive.Clear();
                communicator.Gather<long>(send[..count], rank == root ? receive : [], root);
                Assert.Equal(rank == root ? Enumerable.Range(0, size).SelectMany(other => Vector(other, count)).ToArray() : new long[count * size], receive);
                communicator.Scatter<long>(rank == root ? send : [], receive[..count], root);
                Assert.Equal(Vector(root, count * size).AsSpan(rank * count, count), receive[..count]);
                communicator.AllToAll<long>(send, send);
                Assert.Equal(Enumerable.Range(0, size).SelectMany(other => Vector(other, count * size).Skip(rank * count).Take(count)).ToArray(), send);
            }
        },
        new CommunicatorOptions { DirectLength = 256 });
}
