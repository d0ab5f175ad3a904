namespace Urma.Net.Collectives.Tests.Posted;

/// <summary>Everybody puts to everybody, itself too.</summary>
internal static class PutCheck
{
    private const int Count = 12_345;

    /// <summary>What each rank needs for what the others put to it.</summary>
    /// <param name="size">How many ranks there are.</param>
    public static long BytesOf(int size) => (long)size * Count * sizeof(int);

    public static void Run(Communicator communicator)
    {
        using RegisteredMemory memory = communicator.Allocate(BytesOf(communicator.Size));
        Run(communicator, memory);
    }

    public static void Run(Communicator communicator, RegisteredMemory memory)
    {
        int size = communicator.Size;
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
}
