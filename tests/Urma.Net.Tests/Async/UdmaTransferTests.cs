using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Urma.Net.Tests.Async;

public sealed class UdmaTransferTests : IDisposable
{
    private readonly TwoContexts _pair = new();

    public void Dispose() => _pair.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(4096)]
    [InlineData(300_001)]
    public async Task What_is_written_can_be_read_back(int length)
    {
        using UdmaChannel channel = UdmaChannel.Create(_pair.User);
        RandomNumberGenerator.Fill(_pair.Local.AsSpan(0, length));

        ValueTask write = channel.WriteAsync(_pair.Local.Range(0, length), _pair.Target.At(64, length));
        Assert.True(write.IsCompletedSuccessfully);
        await write;
        Assert.True(_pair.Remote.AsSpan(64, length).SequenceEqual(_pair.Local.AsSpan(0, length)));

        await channel.ReadAsync(_pair.Local.Range(500_000, length), _pair.Target.At(64, length)).Within();
        Assert.True(_pair.Local.AsSpan(500_000, length).SequenceEqual(_pair.Local.AsSpan(0, length)));
    }

    [Fact]
    public async Task Work_for_the_engine_completes_later_and_arrives_whole()
    {
        using UdmaChannel channel = UdmaChannel.Create(_pair.User, new UdmaChannelOptions { EngineThreshold = 1024 });
        RandomNumberGenerator.Fill(_pair.Local.AsSpan());
        var writes = new List<Task>();
        for (int i = 0; i < 64; i++)
        {
            writes.Add(channel.WriteAsync(_pair.Local.Range(i * 16384, 16384), _pair.Target.At(i * 16384, 16384)).AsTask());
        }

        await Task.WhenAll(writes).Within();
        Assert.True(_pair.Remote.AsSpan().SequenceEqual(_pair.Local.AsSpan()));
        Assert.Equal(0, channel.Outstanding);
    }

    [Fact]
    public async Task Atomics_return_the_value_before()
    {
        using UdmaChannel channel = UdmaChannel.Create(_pair.User);
        RemoteAddress word = _pair.Target.At(128, 8);
        Assert.Equal(0ul, await channel.SwapAsync(word, 100).Within());
        Assert.Equal(100ul, await channel.FetchAddAsync(word, 5).Within());
        Assert.Equal(105ul, await channel.FetchSubAsync(word, 6).Within());
        Assert.Equal(99ul, await channel.FetchAndAsync(word, 0xF0).Within());
        Assert.Equal(0x60ul, await channel.FetchOrAsync(word, 0x0F).Within());
        Assert.Equal(0x6Ful, await channel.FetchXorAsync(word, 0xFF).Within());
        Assert.Equal(0x90ul, await channel.CompareSwapAsync(word, 1, 2).Within());
        Assert.Equal(0x90ul, await channel.CompareSwapAsync(word, 0x90, 7).Within());
        Assert.Equal(7ul, BinaryPrimitives.ReadUInt64LittleEndian(_pair.Remote.AsSpan(128, 8)));
    }

    [Fact]
    public async Task Narrow_atomics_leave_their_neighbour_alone()
    {
        using UdmaChannel channel = UdmaChannel.Create(_pair.User);
        _pair.Remote.AsSpan(0, 16).Fill(0xAA);
        RemoteAddress word = _pair.Target.At(4, 4);
        Assert.Equal(0xAAAAAAAAul, await channel.SwapAsync(word, 0xFFFFFFFF, AtomicWidth.Bits32).Within());
        Assert.Equal(0xFFFFFFFFul, await channel.FetchAddAsync(word, 2, AtomicWidth.Bits32).Within());
        Assert.Equal(1ul, await channel.CompareSwapAsync(word, 1, 9, AtomicWidth.Bits32).Within());
        Assert.Equal([0xAA, 0xAA, 0xAA, 0xAA, 9, 0, 0, 0, 0xAA, 0xAA, 0xAA, 0xAA], _pair.Remote.AsSpan(0, 12).ToArray());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await channel.FetchAddAsync(word, 1, (AtomicWidth)2));
    }

    [Fact]
    public async Task Atomics_that_wait_their_turn_return_their_own_value()
    {
        using UdmaChannel channel = UdmaChannel.Create(_pair.User, new UdmaChannelOptions { EngineThreshold = 4096 });
        Task big = channel.WriteAsync(_pair.Local.Range(0, 1 << 19), _pair.Target.At(0, 1 << 19)).AsTask();
        Task<ulong>[] atomics = [.. Enumerable.Range(0, 50).Select(_ => channel.FetchAddAsync(_pair.Target.At(1 << 19, 8), 1).AsTask())];
        ulong[] values = await Task.WhenAll(atomics).WaitAsync(TwoContexts.Bound);
        await big.Within();
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (ulong)i), values);
    }

    [Fact]
    public async Task A_notify_word_follows_the_data()
    {
        using UdmaChannel channel = UdmaChannel.Create(_pair.User);
        _pair.Local.AsSpan(0, 100).Fill(3);
        await channel.WriteNotifyAsync(_pair.Local.Range(0, 100), _pair.Target.At(0, 100), _pair.Target.At(1024, 8), 77).Within();
        Assert.Equal(77ul, BinaryPrimitives.ReadUInt64LittleEndian(_pair.Remote.AsSpan(1024, 8)));
        Assert.Equal(3, _pair.Remote.AsSpan()[99]);
    }

    [Fact]
    public async Task Messages_and_immediates_reach_the_receiver()
    {
        using UdmaChannel channel = UdmaChannel.Create(_pair.User);
        (Jfr queue, Jfc completions, TargetJetty target) = _pair.MakeReceiver();
        for (ulong i = 0; i < 3; i++)
        {
            Assert.Equal(UrmaStatus.Success, queue.Post(new ReceiveRequest(_pair.Remote.Range((long)i * 64, 64), i)));
        }

        _pair.Local.AsSpan(0, 40).Fill(9);
        await channel.SendAsync(target, _pair.Local.Range(0, 40)).Within();
        await channel.SendImmediateAsync(target, _pair.Local.Range(0, 8), 0xABCD).Within();
        await channel.WriteImmediateAsync(_pair.Local.Range(0, 16), _pair.Target.At(4096, 16), target, 42).Within();

        var received = new ReceiveCompletion[3];
        int count = 0;
        while (count < 3)
        {
            int taken = completions.Wait(received.AsSpan(count), TwoContexts.Bound);
            Assert.NotEqual(0, taken);
            count += taken;
        }

        Assert.Equal([0ul, 1ul, 2ul], received.Select(r => r.Completion.UserContext));
        Assert.Equal(40, received[0].Completion.ByteCount);
        Assert.Equal(0xABCDul, received[1].Immediate);
        Assert.Equal(42ul, received[2].Immediate);
        Assert.Equal(9, _pair.Remote.AsSpan()[39]);
        Assert.Equal(9, _pair.Remote.AsSpan(4096, 16)[15]);
    }

    [Fact]
    public async Task A_refused_operation_says_what_and_why()
    {
        using UdmaChannel channel = UdmaChannel.Create(_pair.User);
        RemoteAddress stale = _pair.Target.At(512, 8);
        _pair.Target.Dispose();

        UrmaException error = await channel.WriteAsync(_pair.Local.Range(0, 8), stale).ThrowsWithin();
        Assert.Equal(CompletionStatus.RemoteAccessAbort, error.CompletionStatus);
        Assert.Contains("Write of 8 bytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("512", error.Message, StringComparison.Ordinal);

        Completion completion = await channel.TryWriteAsync(_pair.Local.Range(0, 8), stale).Within();
        Assert.Equal(CompletionStatus.RemoteAccessAbort, completion.Status);
        Assert.Equal(CompletionStatus.RemoteAccessAbort, (await channel.TryReadAsync(_pair.Local.Range(0, 8), stale).Within()).Status);

        error = await Assert.ThrowsAsync<UrmaException>(async () => await channel.FetchAddAsync(stale, 1).Within());
        Assert.Equal(CompletionStatus.RemoteAccessAbort, error.CompletionStatus);
    }

    [Fact]
    public async Task Any_request_can_be_executed_and_keeps_its_user_context()
    {
        using UdmaChannel channel = UdmaChannel.Create(_pair.User, new UdmaChannelOptions { EngineThreshold = 1000 });
        Completion small = await channel.TryExecuteAsync(WorkRequest.Write(_pair.Local.Range(0, 8), _pair.Target.At(0, 8), 11)).Within();
        Completion large = await channel.TryExecuteAsync(WorkRequest.Write(_pair.Local.Range(0, 5000), _pair.Target.At(0, 5000), 12)).Within();
        Assert.Equal((11ul, 8L, true), (small.UserContext, small.ByteCount, small.IsSuccess));
        Assert.Equal((12ul, 5000L, true), (large.UserContext, large.ByteCount, large.IsSuccess));
        await Assert.ThrowsAsync<ArgumentException>(async () => await channel.TryExecuteAsync(WorkRequest.Nop().WithGather(0, 1)));
    }

    [Fact]
    public async Task Many_threads_share_a_channel()
    {
        const int Tasks = 8;
        const int Rounds = 2000;
        using UdmaChannel channel = UdmaChannel.Create(_pair.User, new UdmaChannelOptions { Depth = 16, EngineThreshold = 512 });
        await Task.WhenAll(Enumerable.Range(0, Tasks).Select(t => Task.Run(async () =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                await channel.FetchAddAsync(_pair.Target.At(0, 8), 1);
                if (i % 20 == 0)
                {
                    await channel.WriteAsync(_pair.Local.Range(4096 * t, 2048), _pair.Target.At(8192 * (t + 1), 2048));
                }
            }
        }))).Within();
        Assert.Equal((ulong)(Tasks * Rounds), BinaryPrimitives.ReadUInt64LittleEndian(_pair.Remote.AsSpan(0, 8)));
    }
}
