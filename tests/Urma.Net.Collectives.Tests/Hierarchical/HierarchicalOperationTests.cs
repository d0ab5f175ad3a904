using Urma.Net.Collectives.Tests.Posted;

namespace Urma.Net.Collectives.Tests.Hierarchical;

/// <summary>Every operation between several hosts, against what it says it does.</summary>
public sealed class HierarchicalOperationTests
{
    private static readonly DataType[] AllTypes = Enum.GetValues<DataType>();

    public static TheoryData<string> Shapes() => [.. HostShape.All];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Operations_on_all_types_and_short_vectors(string hosts) => HostShape.Run(
        hosts,
        communicator =>
        {
            foreach (DataType type in AllTypes)
            {
                foreach (int count in new[] { 0, 1, 37 })
                {
                    Run(communicator, type, count);
                }
            }
        },
        oneContext: hosts.Length % 2 == 0);

    // Beyond a chunk, beyond what links hold at a time, and beyond each threshold between algorithms.
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Operations_on_long_vectors(string hosts) => HostShape.Run(
        hosts,
        communicator =>
        {
            Run(communicator, DataType.Float32, 1_500);
            Run(communicator, DataType.Float64, 4_097);
            Run(communicator, DataType.Int32, 33_333);
            Run(communicator, DataType.Float32, communicator.Size < 9 ? 300_001 : 40_001);
        });

    private static void Run(Communicator communicator, DataType type, int count)
    {
        using var vectors = new RankVectors((long)count * communicator.Size, type);
        new OperationCheck(communicator, vectors, count).RunAll();
    }
}
