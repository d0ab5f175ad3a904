namespace Urma.Net.Collectives.Tests.Matrix;

/// <summary>One call of all ranks: an operation on elements of a type, so many, somewhere.</summary>
/// <param name="Operation">Which operation.</param>
/// <param name="Type">What the elements are.</param>
/// <param name="Reduction">How they are combined; sum where nothing is.</param>
/// <param name="InPlace">Whether the operation's in-place form is called.</param>
/// <param name="Count">The count of the call.</param>
/// <param name="Root">The root; 0 where there is none.</param>
/// <param name="Skew">By how many bytes the buffers miss alignment.</param>
/// <param name="Registered">Whether the buffers are registered.</param>
public sealed record MatrixCase(string Operation, DataType Type, string Reduction, bool InPlace, int Count, int Root, int Skew, bool Registered)
{
    public static readonly string[] Operations =
        ["AllReduce", "Reduce", "Broadcast", "AllGather", "ReduceScatter", "AllToAll", "AllToAllV", "Gather", "Scatter", "SendReceive"];

    public static readonly string[] Reductions = ["Sum", "Product", "Min", "Max", "Average", "PreMultipliedSum", "Own"];

    private static readonly int[] s_counts = [0, 1, 3, 13, 61, 1000, 5001, 40_007];

    /// <summary>The counts for so many ranks: beyond five, blocks for all make the longest one long enough.</summary>
    public static ReadOnlySpan<int> Counts(int size) => size <= 5 ? s_counts : s_counts.AsSpan(0, s_counts.Length - 1);

    public bool IsReduction => Operation is "AllReduce" or "Reduce" or "ReduceScatter";

    /// <summary>All that there is for so many ranks.</summary>
    public static IEnumerable<MatrixCase> All(int size)
    {
        int number = 0;
        foreach (string operation in Operations)
        {
            foreach (DataType type in Enum.GetValues<DataType>())
            {
                foreach (string reduction in operation is "AllReduce" or "Reduce" or "ReduceScatter" ? Reductions : ["Sum"])
                {
                    foreach (int count in Counts(size).ToArray())
                    {
                        foreach (bool inPlace in operation is "AllToAllV" or "SendReceive" ? new[] { false } : [false, true])
                        {
                            number++;
                            yield return new MatrixCase(operation, type, reduction, inPlace, count, number % size, number % 5, number % 3 != 0);
                        }
                    }
                }
            }
        }
    }

    /// <summary>Some of them, the same for the same seed, in which every two neighbouring choices occur often.</summary>
    public static IEnumerable<MatrixCase> Sample(int size, int cases, int seed)
    {
        MatrixCase[] all = [.. All(size)];
        var random = new Random(seed);
        for (int i = 0; i < cases; i++)
        {
            // Operations in turn, so that none is left out because it has fewer variants.
            MatrixCase[] of = Array.FindAll(all, one => one.Operation == Operations[i % Operations.Length]);
            yield return of[random.Next(of.Length)] with { Root = random.Next(size), Skew = random.Next(8), Registered = random.Next(2) == 0 };
        }
    }
}
