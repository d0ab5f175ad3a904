namespace Urma.Net.Collectives.Tests.Posted;

/// <summary>Calls of four ranks that do not fit together.</summary>
internal static class DifferingCalls
{
    public static readonly string[] All = ["count", "type", "reduction", "kind", "root", "order", "variable", "Gather", "Scatter", "Reduce"];

    /// <param name="communicator">The rank that calls.</param>
    /// <param name="difference">One of <see cref="All"/>.</param>
    /// <param name="isOther">Whether this rank is of those that differ.</param>
    public static void Make(Communicator communicator, string difference, bool isOther)
    {
        float[] buffer = new float[64];
        switch (difference)
        {
            case "count":
                communicator.AllReduce<float>(buffer.AsSpan(0, isOther ? 63 : 64), buffer.AsSpan(0, isOther ? 63 : 64), Reduction.Sum);
                break;
            case "type" when isOther:
                communicator.AllReduce<int>(new int[64], new int[64], Reduction.Sum);
                break;
            case "reduction":
                communicator.AllReduce<float>(buffer, buffer, isOther ? Reduction.Max : Reduction.Sum);
                break;
            case "kind" when isOther:
                communicator.Barrier();
                break;
            case "root":
                communicator.Broadcast<float>(buffer, buffer, isOther ? 1 : 0);
                communicator.Barrier();
                break;
            case "Gather":
                communicator.Gather<float>(buffer, new float[4 * 64], isOther ? 0 : 1);
                communicator.Barrier();
                break;
            case "Scatter":
                communicator.Scatter<float>(new float[4 * 64], buffer, isOther ? 0 : 1);
                communicator.Barrier();
                break;
            case "Reduce":
                communicator.Reduce<float>(buffer, buffer, Reduction.Sum, isOther ? 0 : 1);
                communicator.Barrier();
                break;
            case "order" when isOther:
                communicator.Barrier();
                communicator.AllReduce<float>(buffer, buffer, Reduction.Sum);
                break;
            case "variable":
                long[] counts = [4, 4, 4, 4];
                communicator.AllToAllV<float>(
                    new float[16], isOther ? [4, 3, 4, 4] : counts, [0, 4, 8, 12], new float[16], counts, [0, 4, 8, 12]);
                communicator.Barrier();
                break;
            default:
                communicator.AllReduce<float>(buffer, buffer, Reduction.Sum);
                communicator.Barrier();
                break;
        }
    }
}
