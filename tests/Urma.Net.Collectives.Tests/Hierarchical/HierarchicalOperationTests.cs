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

    // As over RDMA: the device maps nothing, so the ranks of a host meet in memory of its kernel.
    [Theory]
    [InlineData("AABB")]
    [InlineData("ABACBA")]
    public void Operations_over_a_device_that_maps_nothing(string hosts) => HostShape.Run(
        hosts,
        communicator =>
        {
            Assert.Equal("HierarchicalGroup", communicator.Engine?.GetType().Name);
            Run(communicator, DataType.Int64, 1);
            Run(communicator, DataType.Float32, 33_333);
            PutCheck.Run(communicator);
            using RegisteredMemory memory = communicator.Allocate(communicator.Size * 100_000);
            communicator.AllReduce<int>(memory.AsSpan<int>(0, 20_000), memory.AsSpan<int>(0, 20_000), Reduction.Sum);
            communicator.AllGather<byte>(memory.AsSpan<byte>(communicator.Rank * 100_000, 100_000), memory.AsSpan<byte>());
        },
        new CommunicatorOptions { Maps = false });

    private static void Run(Communicator communicator, DataType type, int count)
    {
        using var vectors = new RankVectors((long)count * communicator.Size, type);
        new OperationCheck(communicator, vectors, count).RunAll();
    }
}
