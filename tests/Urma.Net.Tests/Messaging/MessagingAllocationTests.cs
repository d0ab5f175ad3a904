using Urma.Net.Tests.Async;

namespace Urma.Net.Tests.Messaging;

/// <summary>Steady state allocates nothing.</summary>
public sealed class MessagingAllocationTests
{
    private const int Rounds = 10_000;

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(4000)]
    [InlineData(20_000)]
    public async Task Ping_pong(int length)
    {
        using ChannelPair pair = await ChannelPair.Open(new MessageChannelOptions { Progress = ProgressMode.Manual });
        byte[] message = new byte[length];
        AssertNoAllocation(() =>
        {
            Send(pair.Client, message, pair.Server);
            Receive(pair.Server, length);
            Send(pair.Server, message, pair.Client);
            Receive(pair.Client, length);
        });
    }

    [Fact]
    public async Task Awaited_calls_that_are_pending()
    {
        var options = new MessageChannelOptions { Progress = ProgressMode.Manual, Continuations = ContinuationMode.Inline, Slots = 2 };
        using ChannelPair pair = await ChannelPair.Open(options);
        byte[] message = new byte[64];
        AssertNoAllocation(() =>
        {
            ValueTask<MessageLease> receive = pair.Server.ReceiveAsync();
            Finish(pair.Client.SendAsync(message));
            Complete(pair.Server, receive);

            Finish(pair.Client.SendAsync(message));
            Finish(pair.Client.SendAsync(message));
            ValueTask send = pair.Client.SendAsync(message);
            Receive(pair.Server, 64);
            while (!send.IsCompleted)
            {
                pair.Client.Poll();
            }

            send.GetAwaiter().GetResult();
            Receive(pair.Server, 64);
            Receive(pair.Server, 64);
        });
    }

    private static void Finish(ValueTask task)
    {
        Assert.True(task.IsCompletedSuccessfully);
        task.GetAwaiter().GetResult();
    }

    private static void Complete(MessageChannel channel, ValueTask<MessageLease> receive)
    {
        while (!receive.IsCompleted)
        {
            channel.Poll();
        }

        receive.GetAwaiter().GetResult().Dispose();
    }

    private static void Send(MessageChannel channel, byte[] message, MessageChannel other)
    {
        while (!channel.TrySend(message))
        {
            other.Poll();
        }
    }

    private static void Receive(MessageChannel channel, int length)
    {
        MessageLease lease;
        while (!channel.TryReceive(out lease))
        {
        }

        Assert.True(lease.Length == length);
        lease.Dispose();
    }

    private static void AssertNoAllocation(Action round)
    {
        for (int i = 0; i < 300; i++)
        {
            round();
        }

        // What is made once, such as the wait handle of a lock at its first contention, is not steady state.
        long allocated = long.MaxValue;
        for (int attempt = 0; attempt < 3 && allocated != 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Rounds; i++)
            {
                round();
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }
}
