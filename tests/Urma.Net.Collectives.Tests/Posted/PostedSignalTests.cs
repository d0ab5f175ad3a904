using Urma.Net.Collectives.Tests.Communicators;

namespace Urma.Net.Collectives.Tests.Posted;

/// <summary>One-sided writes with signals, over posted writes.</summary>
public sealed class PostedSignalTests
{
    private static readonly CommunicatorOptions Options = new() { Path = CollectivePath.Posted };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void What_was_put_is_there_with_its_signal(int size) => RankThreads.Run(size, Check, Options);

    /// <summary>Everybody puts to everybody, itself too.</summary>
    internal static void Check(Communicator communicator)
    {
        int size = communicator.Size;
        const int Count = 12_345;
        using RegisteredMemory memory = communicator.Allocate((long)size * Count * sizeof(int));
        CollectiveWindow window = communicator.RegisterWindow(memory);
        for (int round = 1; round <= 3; round++)
        {
            int[] mine = [.. Enumerable.Range(0, Count).Select(index => (communicator.Rank * 1_000_003) + (index * round))];
            for (int peer = 0; peer < size; peer++)
            {
                communicator.PutSignal<int>(mine, peer, window, (long)communicator.Rank * Count * sizeof(int), signal: 3);
            }

            for (int peer = 0; peer < size; peer++)
            {
                communicator.WaitSignal(peer, signal: 3);
                Assert.Equal(
                    Enumerable.Range(0, Count).Select(index => (peer * 1_000_003) + (index * round)),
                    memory.AsSpan<int>((long)peer * Count * sizeof(int), Count).ToArray());
            }

            communicator.Barrier();
        }
    }

    [Fact]
    public void Signals_are_counted() => RankThreads.Run(
        2,
        communicator =>
        {
            int other = 1 - communicator.Rank;
            for (int i = 0; i < 5; i++)
            {
                communicator.Signal(other);
            }

            communicator.WaitSignal(other, count: 2);
            communicator.WaitSignal(other, count: 3);
        },
        Options);
}
