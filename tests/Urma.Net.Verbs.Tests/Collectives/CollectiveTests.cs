using Urma.Net.Collectives;
using Urma.Net.Collectives.Tests.Communicators;
using Urma.Net.Collectives.Tests.Posted;

namespace Urma.Net.Verbs.Tests.Collectives;

/// <summary>Collective operations between ranks that reach each other through the device only.</summary>
[Trait("Needs", "Rdma")]
public sealed class CollectiveTests
{
    private readonly VerbsHarness _harness = new();

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Operations_on_short_vectors(int size) => Run(size, [DataType.UInt8, DataType.Float32, DataType.BFloat16], [0, 1, 37]);

    // Beyond a chunk, and beyond what links hold at a time.
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Operations_on_long_vectors(int size) => Run(size, [DataType.Float32], VerbsHarness.IsSoftRoce ? [4_097, 20_001] : [4_097, 33_333, 150_001]);

    [Fact]
    public void Many_ranks_have_connections_where_they_need_them() => Run(9, [DataType.Int32], [5]);

    private void Run(int size, DataType[] types, int[] counts) => RankThreads.Run(
        size,
        communicator =>
        {
            foreach (DataType type in types)
            {
                foreach (int count in counts)
                {
                    using var vectors = new RankVectors((long)count * size, type);
                    new OperationCheck(communicator, vectors, count).RunAll();
                }
            }
        },
        open: () => _harness.Open());
}
