using Urma.Net.Ub;
using Urma.Net.Verbs;

namespace Urma.Net.Collectives.Peer;

/// <summary>
/// <c>verify CONTEXT</c>: one of the ranks that a launcher has started. They carry out operations on a few short and long vectors, and every rank
/// compares what it got, and says <c>right</c>.
/// </summary>
internal static class VerifyCommand
{
    private static readonly int[] _counts = [1, 13, 5_001];

    public static int Run(string context)
    {
        VerbsProvider.Register();
        UbProvider.Register();
        using UrmaContext opened = UrmaContext.Open(context);
        using Communicator communicator = Communicator.FromEnvironment(opened);
        foreach (int count in _counts)
        {
            Verify(communicator, count);
        }

        Lines.Say($"right: rank {communicator.Rank} of {communicator.Size}");
        return 0;
    }

    // What rank r has is r * 1000 + i at place i.
    private static void Verify(Communicator communicator, int count)
    {
        (int rank, int size) = (communicator.Rank, communicator.Size);
        int[] own = Vector(rank, count);
        int[] one = new int[count];
        int[] all = new int[count * size];
        communicator.AllReduce<int>(own, one, Reduction.Sum);
        Expect("AllReduce", one, i => (size * i) + (1000 * size * (size - 1) / 2));
        communicator.Broadcast<int>(own, one, size - 1);
        Expect("Broadcast", one, i => ((size - 1) * 1000) + i);
        communicator.AllGather<int>(own, all);
        Expect("AllGather", all, i => (i / count * 1000) + (i % count));
        communicator.ReduceScatter<int>(Vector(rank, count * size), one, Reduction.Max);
        Expect("ReduceScatter", one, i => ((size - 1) * 1000) + (rank * count) + i);
        communicator.AllToAll<int>(Vector(rank, count * size), all);
        Expect("AllToAll", all, i => (i / count * 1000) + (rank * count) + (i % count));
        communicator.Gather<int>(own, rank == 0 ? all : [], 0);
        if (rank == 0)
        {
            Expect("Gather", all, i => (i / count * 1000) + (i % count));
        }

        if (rank % 2 == 0 && rank + 1 < size)
        {
            communicator.Send<int>(own, rank + 1);
        }
        else if (rank % 2 != 0)
        {
            communicator.Receive<int>(one, rank - 1);
            Expect("Receive", one, i => ((rank - 1) * 1000) + i);
        }

        communicator.Barrier();
    }

    private static int[] Vector(int rank, int count) => [.. Enumerable.Range(rank * 1000, count)];

    private static void Expect(string operation, int[] actual, Func<int, int> expected)
    {
        for (int i = 0; i < actual.Length; i++)
        {
            if (actual[i] != expected(i))
            {
                throw new InvalidDataException($"{operation}: element {i} is {actual[i]} and must be {expected(i)}.");
            }
        }
    }
}
