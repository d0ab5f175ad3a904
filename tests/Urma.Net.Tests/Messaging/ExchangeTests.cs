using System.Buffers.Binary;
using System.Security.Cryptography;
using Urma.Net.Tests.Async;

namespace Urma.Net.Tests.Messaging;

public sealed class ExchangeTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(65_536)]
    [InlineData(1_000_003)]
    [InlineData(64 << 20)]
    public async Task A_message_of_any_size_arrives_as_it_was_sent(int length)
    {
        using ChannelPair pair = await ChannelPair.Open();
        byte[] message = RandomNumberGenerator.GetBytes(length);
        for (int round = 0; round < 3; round++)
        {
            ValueTask send = pair.Client.SendAsync(message);
            using (MessageLease lease = await pair.Server.ReceiveAsync().Within())
            {
                Assert.False(lease.IsEnd);
                Assert.Equal(length, lease.Length);
                Assert.True(lease.Span.SequenceEqual(message));
            }

            await send.Within();
            ValueTask back = pair.Server.SendAsync(message);
            using MessageLease answer = await pair.Client.ReceiveAsync().Within();
            Assert.True(answer.Span.SequenceEqual(message));
            await back.Within();
        }
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(8L)]
    [InlineData(4096L)]
    [InlineData(5000L)]
    [InlineData(3L << 20)]
    public async Task Registered_bytes_are_sent_from_where_they_are(long length)
    {
        using ChannelPair pair = await ChannelPair.Open();
        using Segment segment = pair.ClientContext.AllocateSegment(4 << 20);
        RandomNumberGenerator.Fill(segment.AsSpan(0, (int)length));
        ValueTask send = pair.Client.SendAsync(segment.Range(0, length));
        using MessageLease lease = await pair.Server.ReceiveAsync().Within();
        await send.Within();
        Assert.True(lease.Span.SequenceEqual(segment.AsSpan(0, (int)length)));

        // What was received can be sent on from where it lies.
        ValueTask back = pair.Server.SendAsync(lease.Range);
        using MessageLease answer = await pair.Client.ReceiveAsync().Within();
        await back.Within();
        Assert.True(answer.Span.SequenceEqual(segment.AsSpan(0, (int)length)));
    }

    [Fact]
    public async Task Slots_longer_than_a_request_carries_are_filled_through_staging()
    {
        using ChannelPair pair = await ChannelPair.Open(new MessageChannelOptions { SlotSize = 64 * 1024, Slots = 8 });
        Assert.Equal(64 * 1024, pair.Client.EagerLimit);
        byte[] message = RandomNumberGenerator.GetBytes(60_000);
        for (int i = 0; i < 30; i++)
        {
            ValueTask send = pair.Client.SendAsync(message);
            using MessageLease lease = await pair.Server.ReceiveAsync().Within();
            await send.Within();
            Assert.True(lease.Span.SequenceEqual(message));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(256)]
    public async Task A_stream_keeps_its_order_whatever_the_sizes(int slots)
    {
        const int Count = 3000;
        using ChannelPair pair = await ChannelPair.Open(new MessageChannelOptions { Slots = slots, SlotSize = 512 });

        async Task Send(MessageChannel channel, int seed)
        {
            var random = new Random(seed);
            byte[] buffer = new byte[20_000];
            for (int i = 0; i < Count; i++)
            {
                int length = 4 + (random.Next(20) == 0 ? random.Next(20_000 - 4) : random.Next(600));
                BinaryPrimitives.WriteInt32LittleEndian(buffer, i);
                buffer.AsSpan(4, length - 4).Fill((byte)i);
                await channel.SendAsync(buffer.AsMemory(0, length));
            }

            channel.Complete();
        }

        static async Task Receive(MessageChannel channel, int seed)
        {
            var random = new Random(seed);
            for (int i = 0; i < Count; i++)
            {
                int length = 4 + (random.Next(20) == 0 ? random.Next(20_000 - 4) : random.Next(600));
                using MessageLease lease = await channel.ReceiveAsync();
                Assert.Equal(length, lease.Length);
                Assert.Equal(i, BinaryPrimitives.ReadInt32LittleEndian(lease.Span));
                Assert.Equal(-1, lease.Span[4..].IndexOfAnyExcept((byte)i));
            }

            Assert.True((await channel.ReceiveAsync()).IsEnd);
            Assert.True((await channel.ReceiveAsync()).IsEnd);
            Assert.True(channel.IsCompleted);
        }

        await Task.WhenAll(
            Task.Run(() => Send(pair.Client, 1)),
            Task.Run(() => Receive(pair.Server, 1)),
            Task.Run(() => Send(pair.Server, 2)),
            Task.Run(() => Receive(pair.Client, 2))).Within();
    }

    [Fact]
    public async Task A_sender_without_credit_waits_and_loses_nothing()
    {
        using ChannelPair pair = await ChannelPair.Open(new MessageChannelOptions { Slots = 8 });
        int sent = 0;
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(word, sent);
        while (pair.Client.TrySend(word))
        {
            BinaryPrimitives.WriteInt32LittleEndian(word, ++sent);
        }

        Assert.Equal(8, sent);
        ValueTask waiting = pair.Client.SendAsync(BitConverter.GetBytes(sent));
        Assert.False(waiting.IsCompleted);
        Assert.Throws<InvalidOperationException>(() => pair.Client.TrySend(default(ReadOnlySpan<byte>)));
        for (int i = 0; i <= sent; i++)
        {
            using MessageLease lease = await pair.Server.ReceiveAsync().Within();
            Assert.Equal(i, BinaryPrimitives.ReadInt32LittleEndian(lease.Span));
        }

        await waiting.Within();
        Assert.False(pair.Server.TryReceive(out _));
    }

    [Fact]
    public async Task Leases_may_be_given_back_in_any_order()
    {
        using ChannelPair pair = await ChannelPair.Open(new MessageChannelOptions { Slots = 16 });
        var random = new Random(5);
        int sent = 0;
        int received = 0;
        var held = new List<(MessageLease Lease, int Number)>();
        while (received < 500)
        {
            while (sent < 500 && pair.Client.TrySend(BitConverter.GetBytes(sent)))
            {
                sent++;
            }

            while (pair.Server.TryReceive(out MessageLease lease))
            {
                held.Add((lease, received++));
            }

            while (held.Count > 4 || (held.Count > 0 && sent == 500))
            {
                int index = random.Next(held.Count);
                Assert.Equal(held[index].Number, BinaryPrimitives.ReadInt32LittleEndian(held[index].Lease.Span));
                held[index].Lease.Dispose();
                held[index].Lease.Dispose();
                held.RemoveAt(index);
            }
        }
    }

    [Fact]
    public async Task A_lease_that_ended_shows_nothing()
    {
        using ChannelPair pair = await ChannelPair.Open();
        await pair.Client.SendAsync(new byte[100]).Within();
        MessageLease lease = await pair.Server.ReceiveAsync().Within();
        Assert.Equal(50, lease.Slice(50, 50).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => lease.Slice(51, 50).Length);
        lease.Dispose();
        Assert.Throws<ObjectDisposedException>(() => lease.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => lease.Length);
        Assert.Throws<ObjectDisposedException>(() => lease.Range);
    }

    [Fact]
    public async Task Waiting_without_await_sees_messages_too()
    {
        using ChannelPair pair = await ChannelPair.Open();
        Assert.False(pair.Server.WaitToReceive(TimeSpan.FromMilliseconds(20)));
        Task send = Task.Run(async () =>
        {
            await Task.Delay(30);
            await pair.Client.SendAsync(new byte[5]);
        });
        Assert.True(pair.Server.WaitToReceive(TwoContexts.Bound));
        Assert.True(pair.Server.TryReceive(out MessageLease lease));
        Assert.Equal(5, lease.Length);
        await send.Within();
    }

    [Fact]
    public async Task Manual_progress_needs_no_thread()
    {
        var options = new MessageChannelOptions { Progress = ProgressMode.Manual, Continuations = ContinuationMode.Inline };
        using ChannelPair pair = await ChannelPair.Open(options);
        ValueTask<MessageLease> receive = pair.Server.ReceiveAsync();
        Assert.False(receive.IsCompleted);
        Assert.True(pair.Client.TrySend(stackalloc byte[7]));
        Waits.Until(() => pair.Server.Poll() || receive.IsCompleted);
        using MessageLease lease = await receive;
        Assert.Equal(7, lease.Length);
    }

    [Theory]
    [InlineData(ContinuationMode.ThreadPool, 3)]
    [InlineData(ContinuationMode.Inline, 64)]
    public async Task Cancelled_calls_neither_lose_nor_repeat_a_message(ContinuationMode continuations, int slots)
    {
        const int Count = 4000;
        using ChannelPair pair = await ChannelPair.Open(new MessageChannelOptions { Slots = slots, Continuations = continuations, SlotSize = 512 });

        async Task Send()
        {
            var random = new Random(7);
            for (int i = 0; i < Count; i++)
            {
                byte[] message = new byte[4 + (i % 50 == 0 ? 3000 : i % 40)];
                BinaryPrimitives.WriteInt32LittleEndian(message, i);
                await Retry(random, async token =>
                {
                    await pair.Client.SendAsync(message, token);
                    return 0;
                });
            }

            pair.Client.Complete();
        }

        async Task Receive()
        {
            var random = new Random(8);
            for (int i = 0; i < Count; i++)
            {
                using MessageLease lease = await Retry(random, async token => await pair.Server.ReceiveAsync(token));
                Assert.Equal(i, BinaryPrimitives.ReadInt32LittleEndian(lease.Span));
            }

            Assert.True((await pair.Server.ReceiveAsync()).IsEnd);
        }

        await Task.WhenAll(Task.Run(Send), Task.Run(Receive)).Within();
    }

    private static async Task<T> Retry<T>(Random random, Func<CancellationToken, Task<T>> call)
    {
        while (true)
        {
            using var cancel = new CancellationTokenSource();
            if (random.Next(3) == 0)
            {
                _ = Task.Run(cancel.Cancel);
            }

            try
            {
                return await call(cancel.Token);
            }
            catch (OperationCanceledException)
            {
            }
        }
    }
}
