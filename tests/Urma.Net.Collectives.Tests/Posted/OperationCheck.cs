namespace Urma.Net.Collectives.Tests.Posted;

/// <summary>Runs operations on the vectors of a rank and compares what they leave there with a plain model.</summary>
internal sealed class OperationCheck(Communicator communicator, RankVectors vectors, long count)
{
    private readonly int _rank = communicator.Rank;
    private readonly int _size = communicator.Size;
    private readonly DataType _type = vectors.Type;
    private readonly nint _block = (nint)(count * DataTypes.SizeOf(vectors.Type));

    private nint Send => vectors.Send;

    private nint Receive => vectors.Receive;

    // What rank r has at an index.
    private Func<long, double> Of(int rank) => index => Elements.Contribution(rank, index);

    // With more ranks the narrowest type cannot hold the sum.
    private double Factor(int rank) => _size <= 9 ? 1 + (rank % 2) : 1;

    private double Sum(long index) => Elements.Sum(_size, index);

    public void RunAll()
    {
        AllReduce(Reduction.Sum, Sum, "AllReduce");
        AllReduce(Reduction.Max, index => Enumerable.Range(0, _size).Max(rank => Elements.Contribution(rank, index)), "AllReduce Max");
        AllReduce(Reduction.PreMultipliedSum(Factor(_rank)), index => Elements.Sum(_size, index, Factor), "AllReduce PreMultipliedSum");
        Average();
        foreach (int root in new[] { 0, _size / 2, _size - 1 }.Distinct())
        {
            Reduce(root);
            Broadcast(root);
            Gather(root);
            Scatter(root);
        }

        AllGather();
        ReduceScatter();
        AllToAll();
        AllToAllV();
        Transfers();
        communicator.Barrier();
    }

    private void Prepare(long sent, Func<long, double> value)
    {
        vectors.Clear();
        vectors.Fill(Send, sent, value);
    }

    private void AllReduce(Reduction reduction, Func<long, double> expected, string what)
    {
        Prepare(count, Of(_rank));
        communicator.AllReduce(Send, Receive, count, _type, reduction);
        vectors.AssertEqual(Receive, count, expected, what);
        vectors.AssertEqual(Send, count, Of(_rank), $"{what}: the send vector");
        vectors.AssertGuards(count, count, what);
        communicator.AllReduce(Send, Send, count, _type, reduction);
        vectors.AssertEqual(Send, count, expected, $"{what} in place");
        vectors.AssertGuards(count, count, what);
    }

    // Everybody has the same, so the mean is exact; with more ranks the narrowest type cannot hold the sum.
    private void Average()
    {
        if (_size > 8)
        {
            return;
        }

        Prepare(count, index => index % 2 * 4);
        communicator.AllReduce(Send, Receive, count, _type, Reduction.Average);
        vectors.AssertEqual(Receive, count, index => index % 2 * 4, "AllReduce Average");
    }

    private void Reduce(int root)
    {
        Prepare(count, Of(_rank));
        communicator.Reduce(Send, _rank == root ? Receive : 0, count, _type, Reduction.Sum, root);
        if (_rank == root)
        {
            vectors.AssertEqual(Receive, count, Sum, $"Reduce to {root}");
        }

        vectors.AssertEqual(Send, count, Of(_rank), "Reduce: the send vector");
        vectors.AssertGuards(count, _rank == root ? count : 0, "Reduce");
        communicator.Reduce(Send, _rank == root ? Send : 0, count, _type, Reduction.Sum, root);
        vectors.AssertEqual(Send, count, _rank == root ? Sum : Of(_rank), $"Reduce in place to {root}");
    }

    private void Broadcast(int root)
    {
        Prepare(count, Of(_rank));
        communicator.Broadcast(_rank == root ? Send : 0, Receive, count, _type, root);
        vectors.AssertEqual(Receive, count, Of(root), $"Broadcast from {root}");
        vectors.AssertGuards(count, count, "Broadcast");
        communicator.Broadcast(Send, Send, count, _type, root);
        vectors.AssertEqual(Send, count, Of(root), $"Broadcast in place from {root}");
    }

    private void Gather(int root)
    {
        Prepare(count, Of(_rank));
        communicator.Gather(Send, _rank == root ? Receive : 0, count, _type, root);
        if (_rank == root)
        {
            AssertBlocks(Receive, other => Of(other), $"Gather to {root}");
        }

        vectors.AssertGuards(count, _rank == root ? count * _size : 0, "Gather");
    }

    private void Scatter(int root)
    {
        Prepare(count * _size, Of(_rank));
        communicator.Scatter(_rank == root ? Send : 0, Receive, count, _type, root);
        vectors.AssertEqual(Receive, count, Behind(root, _rank), $"Scatter from {root}");
        vectors.AssertGuards(count * _size, count, "Scatter");
    }

    private void AllGather()
    {
        Prepare(count, Of(_rank));
        communicator.AllGather(Send, Receive, count, _type);
        AssertBlocks(Receive, other => Of(other), "AllGather");
        vectors.AssertGuards(count, count * _size, "AllGather");
        vectors.Clear();
        nint own = Receive + (_rank * _block);
        vectors.Fill(own, count, Of(_rank));
        communicator.AllGather(own, Receive, count, _type);
        AssertBlocks(Receive, other => Of(other), "AllGather in place");
        vectors.AssertGuards(0, count * _size, "AllGather in place");
    }

    private void ReduceScatter()
    {
        Prepare(count * _size, Of(_rank));
        communicator.ReduceScatter(Send, Receive, count, _type, Reduction.Sum);
        vectors.AssertEqual(Receive, count, index => Sum((_rank * count) + index), "ReduceScatter");
        vectors.AssertGuards(count * _size, count, "ReduceScatter");
        nint own = Send + (_rank * _block);
        communicator.ReduceScatter(Send, own, count, _type, Reduction.PreMultipliedSum(Factor(_rank)));
        vectors.AssertEqual(own, count, index => Elements.Sum(_size, (_rank * count) + index, Factor), "ReduceScatter PreMultipliedSum in place");
    }

    private void AllToAll()
    {
        Prepare(count * _size, Of(_rank));
        communicator.AllToAll(Send, Receive, count, _type);
        AssertBlocks(Receive, other => Behind(other, _rank), "AllToAll");
        vectors.AssertGuards(count * _size, count * _size, "AllToAll");
        communicator.AllToAll(Send, Send, count, _type);
        AssertBlocks(Send, other => Behind(other, _rank), "AllToAll in place");
    }

    // Rank i has for rank j as many elements less than a block as their numbers say; blocks lie in the reverse order.
    private void AllToAllV()
    {
        long[] sendCounts = new long[_size];
        long[] receiveCounts = new long[_size];
        long[] displacements = new long[_size];
        for (int other = 0; other < _size; other++)
        {
            sendCounts[other] = Math.Max(0, count - _rank - (2 * other));
            receiveCounts[other] = Math.Max(0, count - other - (2 * _rank));
            displacements[other] = (_size - 1 - other) * count;
        }

        Prepare(count * _size, Of(_rank));
        communicator.AllToAllV(Send, sendCounts, displacements, Receive, receiveCounts, displacements, _type);
        for (int other = 0; other < _size; other++)
        {
            vectors.AssertEqual(
                Receive + ((_size - 1 - other) * _block), receiveCounts[other], Behind(other, _size - 1 - _rank), $"AllToAllV from {other}");
        }
    }

    // Everybody sends everybody, itself too, two messages; the receives come first.
    private void Transfers()
    {
        Prepare(count, Of(_rank));
        using CollectiveGroup group = CollectiveGroup.Start();
        for (int other = 0; other < _size; other++)
        {
            communicator.Receive(Receive + (other * _block), count / 2, _type, other);
            communicator.Receive(Receive + (other * _block) + (nint)(count / 2 * DataTypes.SizeOf(_type)), count - (count / 2), _type, other);
        }

        for (int other = _size - 1; other >= 0; other--)
        {
            communicator.Send(Send, count / 2, _type, other);
            communicator.Send(Send + (nint)(count / 2 * DataTypes.SizeOf(_type)), count - (count / 2), _type, other);
        }

        group.End();
        AssertBlocks(Receive, other => Of(other), "Receive");
        vectors.AssertGuards(count, count * _size, "Receive");
    }

    // Block number block of what a rank has.
    private Func<long, double> Behind(int rank, int block) => index => Elements.Contribution(rank, (block * count) + index);

    private void AssertBlocks(nint vector, Func<int, Func<long, double>> expected, string what)
    {
        for (int other = 0; other < _size; other++)
        {
            vectors.AssertEqual(vector + (other * _block), count, expected(other), $"{what}: the block of rank {other}");
        }
    }
}
