using System.Security.Cryptography;
using Urma.Net.Tests.Async;

namespace Urma.Net.Tests.Messaging;

public sealed class EndingTests
{
    [Fact]
    public async Task What_was_sent_before_closing_is_received_and_then_the_end()
    {
        using ChannelPair pair = await ChannelPair.Open();
        byte[] large = RandomNumberGenerator.GetBytes(200_000);
        Task<MessageLease> first = pair.Server.ReceiveAsync().AsTask();
        await pair.Client.SendAsync(large).Within();
        for (int i = 0; i < 10; i++)
        {
            await pair.Client.SendAsync(new byte[i]).Within();
        }

        pair.Client.Dispose();
        using (MessageLease lease = await first.WaitAsync(TwoContexts.Bound))
        {
            Assert.True(lease.Span.SequenceEqual(large));
        }

        for (int i = 0; i < 10; i++)
        {
            using MessageLease lease = await pair.Server.ReceiveAsync().Within();
            Assert.Equal(i, lease.Length);
            Assert.False(lease.IsEnd);
        }

        Assert.True((await pair.Server.ReceiveAsync().Within()).IsEnd);
        Assert.False(pair.Server.TryReceive(out _));
        Assert.True(pair.Server.IsCompleted);
    }

    [Fact]
    public async Task One_direction_can_end_while_the_other_goes_on()
    {
        using ChannelPair pair = await ChannelPair.Open();
        pair.Client.Complete();
        pair.Client.Complete();
        Assert.Throws<InvalidOperationException>(() => pair.Client.TrySend(stackalloc byte[1]));
        Assert.True((await pair.Server.ReceiveAsync().Within()).IsEnd);
        await pair.Server.SendAsync(new byte[3]).Within();
        using MessageLease lease = await pair.Client.ReceiveAsync().Within();
        Assert.Equal(3, lease.Length);
    }

    [Fact]
    public async Task Sending_to_a_closed_end_fails_by_name()
    {
        using ChannelPair pair = await ChannelPair.Open();
        pair.Server.Dispose();
        UrmaException error = await Assert.ThrowsAsync<UrmaException>(async () =>
        {
            while (true)
            {
                await pair.Client.SendAsync(new byte[8]).Within();
            }
        });
        Assert.Contains("server", error.Message, StringComparison.Ordinal);
        Assert.Contains("closed", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(1 << 20)]
    public async Task A_pending_send_fails_when_the_peer_leaves(int length)
    {
        using ChannelPair pair = await ChannelPair.Open(new MessageChannelOptions { Slots = 4 });
        while (pair.Client.TrySend([1, 2, 3, 4]))
        {
        }

        Task send = pair.Client.SendAsync(new byte[length]).AsTask();
        Assert.False(send.IsCompleted);
        pair.ServerContext.Dispose();
        UrmaException error = await Assert.ThrowsAsync<UrmaException>(() => send.Within());
        Assert.Contains("server", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pending_receive_ends_when_the_peer_leaves()
    {
        using ChannelPair pair = await ChannelPair.Open();
        Task<MessageLease> receive = pair.Server.ReceiveAsync().AsTask();

        // Orderly: closing the context closes its channels first.
        pair.ClientContext.Dispose();
        Assert.True((await receive.WaitAsync(TwoContexts.Bound)).IsEnd);
    }

    [Fact]
    public async Task Cancelling_a_receive_takes_no_message()
    {
        using ChannelPair pair = await ChannelPair.Open();
        for (int i = 0; i < 50; i++)
        {
            using var cancel = new CancellationTokenSource();
            ValueTask<MessageLease> receive = pair.Server.ReceiveAsync(cancel.Token);
            Task cancelling = Task.Run(cancel.Cancel);
            await pair.Client.SendAsync(BitConverter.GetBytes(i)).Within();
            MessageLease lease;
            try
            {
                lease = await receive.Within();
            }
            catch (OperationCanceledException)
            {
                lease = await pair.Server.ReceiveAsync().Within();
            }

            Assert.Equal(i, BitConverter.ToInt32(lease.Span));
            lease.Dispose();
            await cancelling;
        }
    }

    [Fact]
    public async Task A_cancelled_send_was_not_sent()
    {
        using ChannelPair pair = await ChannelPair.Open(new MessageChannelOptions { Slots = 4 });
        int sent = 0;
        while (pair.Client.TrySend(BitConverter.GetBytes(sent)))
        {
            sent++;
        }

        using var cancel = new CancellationTokenSource();
        Task send = pair.Client.SendAsync(new byte[40], cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => send.Within());
        for (int i = 0; i < sent; i++)
        {
            using MessageLease lease = await pair.Server.ReceiveAsync().Within();
            Assert.Equal(i, BitConverter.ToInt32(lease.Span));
        }

        await pair.Client.SendAsync(new byte[2]).Within();
        using MessageLease next = await pair.Server.ReceiveAsync().Within();
        Assert.Equal(2, next.Length);
    }

    [Fact]
    public async Task Closing_ends_pending_calls_exactly_once()
    {
        using ChannelPair pair = await ChannelPair.Open(new MessageChannelOptions { Slots = 4 });
        while (pair.Client.TrySend([1, 2, 3, 4]))
        {
        }

        Task send = pair.Client.SendAsync(new byte[8]).AsTask();
        Task receive = pair.Client.ReceiveAsync().AsTask();
        pair.Client.Dispose();
        pair.Client.Dispose();
        Assert.Equal(CompletionStatus.WorkRequestFlushed, (await Assert.ThrowsAsync<UrmaException>(() => send.Within())).CompletionStatus);
        Assert.Equal(CompletionStatus.WorkRequestFlushed, (await Assert.ThrowsAsync<UrmaException>(() => receive.Within())).CompletionStatus);
        Assert.Throws<ObjectDisposedException>(() => pair.Client.TrySend(stackalloc byte[1]));
        Assert.Throws<ObjectDisposedException>(() => pair.Client.TryReceive(out _));
    }

    [Fact]
    public async Task A_message_the_peer_does_not_take_is_refused_and_the_channel_goes_on()
    {
        using ChannelPair pair = await ChannelPair.Open(server: new MessageChannelOptions { MaxMessageLength = 100_000 });
        UrmaException error = await Assert.ThrowsAsync<UrmaException>(async () =>
        {
            ValueTask send = pair.Client.SendAsync(new byte[100_001]);
            Waits.Until(() => { pair.Server.Poll(); return send.IsCompleted; });
            await send;
        });
        Assert.Contains("100000", error.Message, StringComparison.Ordinal);
        Task next = pair.Client.SendAsync(new byte[100_000]).AsTask();
        using MessageLease lease = await pair.Server.ReceiveAsync().Within();
        Assert.Equal(100_000, lease.Length);
        await next.Within();
    }
}
