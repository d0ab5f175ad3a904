using System.Buffers.Binary;
using Urma.Net.Messaging;
using Urma.Net.Tests.Async;

namespace Urma.Net.Tests.Messaging;

/// <summary>What a failed call leaves behind: buffers and waits that the next calls need.</summary>
public sealed class RecoveryTests
{
    private const int Long = 1 << 20;

    [Fact]
    public async Task A_buffer_given_back_with_a_refused_length_is_granted_again()
    {
        var server = new MessageChannelOptions { LargeBuffers = 1, MaxMessageLength = Long };
        using ChannelPair pair = await ChannelPair.Open(server: server);
        await Exchange(pair, Long);
        await Assert.ThrowsAsync<UrmaException>(() => SendBesidePolling(pair, new byte[Long + 1]));
        await Exchange(pair, Long);
    }

    [Fact]
    public async Task A_buffer_taken_for_a_range_that_is_not_registered_serves_the_next_message()
    {
        using ChannelPair pair = await ChannelPair.Open(server: new MessageChannelOptions { LargeBuffers = 1 });
        await Exchange(pair, Long);
        Segment segment = pair.ClientContext.AllocateSegment(Long);
        SegmentRange range = segment.Range(0, Long);
        segment.Dispose();
        UrmaException error = await Assert.ThrowsAsync<UrmaException>(async () =>
        {
            ValueTask send = pair.Client.SendAsync(range);
            Waits.Until(() => { pair.Server.Poll(); return send.IsCompleted; });
            await send;
        });
        Assert.Equal(CompletionStatus.LocalAccessError, error.CompletionStatus);
        Assert.Null(pair.Client.Fault);
        await Exchange(pair, Long);
    }

    [Fact]
    public async Task A_length_beyond_the_provider_is_refused_by_name()
    {
        var server = new MessageChannelOptions { MaxMessageLength = long.MaxValue };
        using ChannelPair pair = await ChannelPair.Open(server: server);
        UrmaException error = await Assert.ThrowsAsync<UrmaException>(async () =>
        {
            ValueTask send = pair.Client.SendAsync(new SegmentRange(0x1000, 1L << 48, 0));
            Waits.Until(() => { pair.Server.Poll(); return send.IsCompleted; });
            await send;
        });
        Assert.Contains("provider", error.Message, StringComparison.Ordinal);
        await Exchange(pair, Long);
    }

    [Fact]
    public async Task A_granted_buffer_that_cannot_be_imported_breaks_the_channel_with_a_reason()
    {
        using ChannelPair pair = await ChannelPair.Open();
        byte[] tail = new byte[SegmentDescriptor.Size + sizeof(uint)];
        using (Segment segment = pair.ServerContext.AllocateSegment(Long))
        {
            segment.Descriptor.WriteTo(tail);
            BinaryPrimitives.WriteUInt32LittleEndian(tail.AsSpan(SegmentDescriptor.Size), segment.Token.Value);
        }

        // Nobody polls on the server's side, so this is the only grant.
        Task send = pair.Client.SendAsync(new byte[Long]).AsTask();
        Assert.True(pair.Server.TryPostControl(new ChannelMessage(ChannelMessageKind.Grant, Long), tail));
        UrmaException error = await Assert.ThrowsAsync<UrmaException>(() => send.Within());
        Assert.Contains("could not be imported", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_refusal_of_a_cancelled_message_does_not_fail_the_next()
    {
        using ChannelPair pair = await ChannelPair.Open(server: new MessageChannelOptions { MaxMessageLength = 2 * Long });
        using var cancel = new CancellationTokenSource();
        Task cancelled = pair.Client.SendAsync(new byte[3 * Long], cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Within());

        pair.Server.Poll();
        await Exchange(pair, 2 * Long);
    }

    [Fact]
    public async Task A_refusal_that_comes_late_does_not_fail_a_message_of_the_same_length()
    {
        using ChannelPair pair = await ChannelPair.Open();
        using var cancel = new CancellationTokenSource();
        Task cancelled = pair.Client.SendAsync(new byte[Long], cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Within());
        Task next = pair.Client.SendAsync(new byte[Long]).AsTask();
        Assert.True(pair.Server.TryPostText(ChannelMessageKind.Refuse, "no", number: 1));
        using MessageLease lease = await pair.Server.ReceiveAsync().Within();
        Assert.Equal(Long, lease.Length);
        await next.Within();
    }

    [Fact]
    public async Task The_refusal_of_a_message_tried_once_does_not_fail_a_shorter_one()
    {
        using ChannelPair pair = await ChannelPair.Open(server: new MessageChannelOptions { MaxMessageLength = 2 * Long });
        Assert.False(pair.Client.TrySend(new byte[3 * Long]));
        pair.Server.Poll();
        await Exchange(pair, 2 * Long);
    }

    [Fact]
    public async Task Saying_the_end_to_a_peer_that_never_receives_can_be_cancelled()
    {
        using ChannelPair pair = await ChannelPair.Open(new MessageChannelOptions { Slots = 4 });
        for (int i = 0; i < 24; i++)
        {
            Assert.True(pair.Client.TryPostText(ChannelMessageKind.Refuse, "nothing was asked for"));
        }

        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Run(() => pair.Client.Complete(cancel.Token)).Within());
        Assert.Throws<InvalidOperationException>(() => pair.Client.TrySend(stackalloc byte[1]));

        Assert.True((await pair.Server.ReceiveAsync().Within()).IsEnd);
        pair.Client.Complete();
    }

    [Fact]
    public async Task Closing_does_not_wait_for_a_peer_that_never_receives()
    {
        var options = new MessageChannelOptions { Slots = 4 };
        using ChannelPair pair = await ChannelPair.Open(options);

        // More than the peer has receives, counted and reserved together: the end finds no room.
        for (int i = 0; i < 24; i++)
        {
            Assert.True(pair.Client.TryPostText(ChannelMessageKind.Refuse, "nothing was asked for"));
        }

        await Task.Run(pair.Client.Dispose).Within();
        Assert.Throws<ObjectDisposedException>(() => pair.Client.TryReceive(out _));
    }

    [Fact]
    public async Task A_receive_that_becomes_pending_as_the_channel_closes_is_given_up()
    {
        using ChannelPair pair = await ChannelPair.Open();
        pair.Client.Dispose();
        var late = new ReceiveOperation(pair.Client, runContinuationsAsynchronously: true);
        UrmaException error = await Assert.ThrowsAsync<UrmaException>(() => late.Begin(default).AsTask().Within());
        Assert.Equal(CompletionStatus.WorkRequestFlushed, error.CompletionStatus);
    }

    [Fact]
    public async Task A_pending_receive_is_told_once_everything_was_released()
    {
        using ChannelPair pair = await ChannelPair.Open(new MessageChannelOptions { Continuations = ContinuationMode.Inline });
        await pair.Server.SendAsync(new byte[10]).Within();
        MessageLease lease = await pair.Client.ReceiveAsync().Within();

        async Task<Exception?> Observe()
        {
            await Assert.ThrowsAsync<UrmaException>(async () => await pair.Client.ReceiveAsync().ConfigureAwait(false)).ConfigureAwait(false);
            return Record.Exception(() => lease.Length);
        }

        Task<Exception?> observed = Observe();
        Assert.False(observed.IsCompleted);
        pair.Client.Dispose();
        Assert.IsType<ObjectDisposedException>(await observed.WaitAsync(TwoContexts.Bound));
    }

    private static async Task Exchange(ChannelPair pair, int length)
    {
        Task send = pair.Client.SendAsync(new byte[length]).AsTask();
        using MessageLease lease = await pair.Server.ReceiveAsync().Within();
        Assert.Equal(length, lease.Length);
        await send.Within();
    }

    private static async Task SendBesidePolling(ChannelPair pair, byte[] message)
    {
        ValueTask send = pair.Client.SendAsync(message);
        Waits.Until(() => { pair.Server.Poll(); return send.IsCompleted; });
        await send;
    }
}
