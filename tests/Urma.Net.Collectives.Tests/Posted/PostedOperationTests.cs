using Urma.Net.Collectives.Tests.Communicators;

namespace Urma.Net.Collectives.Tests.Posted;

/// <summary>Every operation over posted writes, against what it says it does.</summary>
public sealed class PostedOperationTests
{
    private static readonly CommunicatorOptions Options = new() { Path = CollectivePath.Posted };

    private static readonly DataType[] AllTypes = Enum.GetValues<DataType>();

    public static TheoryData<int> Sizes() => [1, 2, 3, 4, 5, 6, 7, 8, 9, 17];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Operations_on_all_types_and_short_vectors(int size) => RankThreads.Run(
        size,
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
        Options,
        oneContext: size % 2 == 0);

    // Beyond a chunk, beyond what links hold at a time, and beyond each threshold between algorithms.
    [Theory]
    [MemberData(nameof(Sizes))]
    public void Operations_on_long_vectors(int size) => RankThreads.Run(
        size,
        communicator =>
        {
            Run(communicator, DataType.Float32, 1_500);
            Run(communicator, DataType.Float64, 4_097);
            Run(communicator, DataType.Int32, 33_333);
            Run(communicator, DataType.Float32, size < 9 ? 150_001 : 40_001);
        },
        Options);

    private static void Run(Communicator communicator, DataType type, int count)
    {
        using var vectors = new RankVectors((long)count * communicator.Size, type);
        new OperationCheck(communicator, vectors, count).RunAll();
    }
}
