using Urma.Net.Collectives;
using Urma.Net.Collectives.Tests.Communicators;
using Urma.Net.Collectives.Tests.Posted;

namespace Urma.Net.Ub.Tests;

/// <summary>Collective operations between ranks that reach each other through the device only.</summary>
public sealed class CollectiveTests
{
    private readonly UbHarness _harness = new();

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(9)]
    public void Operations_on_short_vectors(int size) => Run(size, [DataType.UInt8, DataType.Float32, DataType.BFloat16], [0, 1, 37]);

    // Beyond a chunk, and beyond what links hold at a time.
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Operations_on_long_vectors(int size) => Run(size, [DataType.Float32], [4_097, 33_333, 150_001]);

    [Fact]
    public void What_was_put_is_there_with_its_signal() => RankThreads.Run(3, PutCheck.Run, open: () => _harness.Open());

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
