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
    public void What_was_put_is_there_with_its_signal(int size) => RankThreads.Run(size, PutCheck.Run, Options);

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
