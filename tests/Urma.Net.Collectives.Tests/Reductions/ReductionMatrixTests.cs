using Urma.Net.Collectives.Reductions;

namespace Urma.Net.Collectives.Tests.Reductions;

/// <summary>
/// Every type × reduction × 1 to 9 and 17 sources × lengths round every step of the kernels × misaligned addresses × destination apart from
/// the sources or equal to the first, a middle or the last one × streaming or not, beside the scalar model.
/// </summary>
public class ReductionMatrixTests
{
    private static readonly int[] SourceCounts = [1, 2, 3, 4, 5, 6, 7, 8, 9, 17];
    private static readonly string[] Reductions =
        [nameof(Reduction.Sum), nameof(Reduction.Product), nameof(Reduction.Min), nameof(Reduction.Max), nameof(Reduction.Average), nameof(Reduction.PreMultipliedSum)];

    public static TheoryData<DataType, string> TypesAndReductions()
    {
        TheoryData<DataType, string> data = [];
        foreach (DataType type in Enum.GetValues<DataType>())
        {
            foreach (string reduction in Reductions)
            {
                data.Add(type, reduction);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(TypesAndReductions))]
    public void Results_are_those_of_the_model(DataType type, string reduction)
    {
        foreach (int sourceCount in SourceCounts)
        {
            foreach (int count in Counts(type))
            {
                Check(type, reduction, sourceCount, count);
            }
        }
    }

    // None, one, odd ones below and above a vector and a step of four vectors, exact steps, several steps and a large one.
    private static int[] Counts(DataType type)
    {
        int size = DataTypes.SizeOf(type);
        return [0, 1, 3, 7, 15, 31, 33, 63, 67, 128, 131, (1024 / size) - 1, (1024 / size) + 5, (20_000 / size) + 7];
    }

    private static void Check(DataType type, string reduction, int sourceCount, int count)
    {
        int divisor = sourceCount == 9 ? 300 : sourceCount;
        double[] factors = [.. Enumerable.Range(0, sourceCount).Select(source => Factor(type, source))];
        byte[][] operands = [.. Enumerable.Range(0, sourceCount).Select(source => OperandBytes.Make(type, count, (1000 * count) + source))];
        byte[] expected = ReductionModel.Reduce(operands, type, reduction, divisor, factors);
        using ReductionBuffers buffers = new(sourceCount + 1, expected.Length);
        int[] misalignments = [0, 1, 8, 33];
        for (int variant = 0; variant < misalignments.Length; variant++)
        {
            nint apart = buffers.At(sourceCount, misalignments[variant]);
            nint[] sources = [.. Enumerable.Range(0, sourceCount).Select(source => buffers.At(source, variant == 0 ? 0 : ((source * 13) + misalignments[variant]) % 64))];
            foreach ((nint destination, bool streaming) in new[] { (apart, false), (apart, true), (sources[0], false), (sources[sourceCount / 2], true), (sources[^1], false), (sources[^1], true) })
            {
                for (int source = 0; source < sourceCount; source++)
                {
                    operands[source].CopyTo(buffers.Bytes(sources[source]));
                }

                Run(destination, sources, count, type, reduction, divisor, factors, streaming);
                string where = $"{type} {reduction}, {sourceCount} sources, {count} elements, variant {variant}, "
                    + $"destination {(destination == apart ? "apart" : $"is source {Array.IndexOf(sources, destination)}")}, streaming {streaming}";
                string? difference = ReductionModel.Difference(expected, buffers.Bytes(destination), type);
                Assert.True(difference == null, $"{where}: {difference}");
                Assert.True(buffers.GuardsHold(destination), $"{where}: wrote outside of its elements.");
                for (int source = 0; source < sourceCount; source++)
                {
                    bool untouched = sources[source] == destination
                        || (buffers.GuardsHold(sources[source]) && buffers.Bytes(sources[source]).SequenceEqual(operands[source]));
                    Assert.True(untouched, $"{where}: changed source {source}.");
                }
            }

            buffers.Clear();
        }
    }

    private static double Factor(DataType type, int source) =>
        type is DataType.UInt8 or DataType.UInt32 or DataType.UInt64 ? source + 2
        : DataTypes.IsInteger(type) ? (source % 2 == 0 ? -3 : 5) * (source + 1)
        : (source - 1.5) / 3;

    private static unsafe void Run(
        nint destination, nint[] sources, int count, DataType type, string reduction, int divisor, double[] factors, bool streaming)
    {
        Reduction kind = reduction switch
        {
            nameof(Reduction.Sum) => Reduction.Sum,
            nameof(Reduction.Product) => Reduction.Product,
            nameof(Reduction.Min) => Reduction.Min,
            nameof(Reduction.Max) => Reduction.Max,
            nameof(Reduction.Average) => Reduction.Average,
            _ => Reduction.PreMultipliedSum(1),
        };
        ReductionScale scale = reduction switch
        {
            nameof(Reduction.Average) => ReductionScale.Divide(divisor),
            nameof(Reduction.PreMultipliedSum) => ReductionScale.Multiply(factors),
            _ => default,
        };
        ReductionKernels.Reduce((void*)destination, sources, count, type, kind, scale, streaming);
    }
}
