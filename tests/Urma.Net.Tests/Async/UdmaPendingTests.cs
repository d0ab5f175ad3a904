using System.Buffers.Binary;

namespace Urma.Net.Tests.Async;

/// <summary>Operations that cannot complete at once. Sends to a queue without receives stay pending for as long as a test wants.</summary>
public sealed class UdmaPendingTests : IDisposable
{
    private static readonly UdmaChannelOptions Polled = new()
    {
        Progress = ProgressMode.Manual,
        Continuations = ContinuationMode.Inline,
    };

    private readonly TwoContexts _pair = new();

    public void Dispose() => _pair.Dispose();

    [Fact]
    public async Task A_pending_send_ends_when_the_receiver_is_ready()
    {
        using UdmaChannel channel = UdmaChannel.Create(_pair.User);
        (Jfr queue, _, TargetJetty target) = _pair.MakeReceiver();
        ValueTask send = channel.SendAsync(target, _pair.Local.Range(0, 8));
        Assert.False(send.IsCompleted);
        Assert.Equal(1, channel.Outstanding);
        queue.Post(new ReceiveRequest(_pair.Remote.Range(0, 64)));
        await send.Within();
        Assert.Equal(0, channel.Outstanding);
    }

    [Fact]
    public void Inline_continuations_run_on_the_polling_thread()
    {
        using UdmaChannel channel = UdmaChannel.Create(_pair.User, Polled);
        (Jfr queue, _, TargetJetty target) = _pair.MakeReceiver();
        int thread = 0;
        bool pending = false;

        async Task Send()
        {
            ValueTask send = channel.SendAsync(target, _pair.Local.Range(0, 8));
            pending = !send.IsCompleted;
            await send.ConfigureAwait(false); // the test framework has a context of its own
            thread = Environment.CurrentManagedThreadId;
        }

        Task task = Send();
        Assert.True(pending);
        Assert.Equal(0, channel.Poll());
        queue.Post(new ReceiveRequest(_pair.Remote.Range(0, 64)));
        Waits.Until(() => channel.Poll() != 0);
        Assert.True(task.IsCompletedSuccessfully);
        Assert.Equal(Environment.CurrentManagedThreadId, thread);
    }

    [Fact]
    public async Task More_than_fit_wait_in_order_and_none_is_lost()
    {
        const int Count = 200;
        using UdmaChannel channel = UdmaChannel.Create(_pair.User, new UdmaChannelOptions { Depth = 4 });
        (Jfr queue, Jfc completions, TargetJetty target) = _pair.MakeReceiver();
        Task[] sends = new Task[Count];
        for (int i = 0; i < Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(_pair.Local.AsSpan(i * 64, 4), i);
            sends[i] = channel.SendAsync(target, _pair.Local.Range(i * 64, 40)).AsTask();
        }

        Assert.True(channel.Outstanding <= 4);
        Assert.True(channel.Waiting >= Count - 4);
        var received = new Completion[1];
        for (int i = 0; i < Count; i++)
        {
            queue.Post(new ReceiveRequest(_pair.Remote.Range(0, 64)));
            Assert.Equal(1, completions.Wait(received, TwoContexts.Bound));
            Assert.Equal(i, BinaryPrimitives.ReadInt32LittleEndian(_pair.Remote.AsSpan(0, 4)));
        }

        await Task.WhenAll(sends).Within();
        Assert.Equal((0, 0), (channel.Outstanding, channel.Waiting));
    }

    [Fact]
    public async Task One_more_than_may_wait_is_refused_and_the_others_still_run()
    {
        using UdmaChannel channel = UdmaChannel.Create(_pair.User, new UdmaChannelOptions { Depth = 4, MaxWaiting = 3 });
        (Jfr queue, _, TargetJetty target) = _pair.MakeReceiver();
        var accepted = new List<Task>();
        UrmaException? refused = null;
        while (refused is null)
        {
            Task send = channel.SendAsync(target, _pair.Local.Range(0, 8)).AsTask();
            if (send.IsFaulted)
            {
                refused = Assert.IsType<UrmaException>(send.Exception!.InnerException);
            }
            else
            {
                accepted.Add(send);
            }

            Assert.True(accepted.Count <= 7);
        }

        Assert.Equal(UrmaStatus.TryAgain, refused.Status);
        Assert.Contains("MaxWaiting", refused.Message, StringComparison.Ordinal);
        Completion twin = await channel.TrySendAsync(target, _pair.Local.Range(0, 8)).Within();
        Assert.Equal(CompletionStatus.WorkRequestUnhandled, twin.Status);
        foreach (Task _ in accepted)
        {
            queue.Post(new ReceiveRequest(_pair.Remote.Range(0, 64)));
        }

        await Task.WhenAll(accepted).Within();
    }

    [Fact]
    public async Task Cancelling_ends_the_await_but_not_the_transfer()
    {
        using UdmaChannel channel = UdmaChannel.Create(_pair.User);
        (Jfr queue, Jfc completions, TargetJetty target) = _pair.MakeReceiver();
        using var cancel = new CancellationTokenSource();
        ValueTask send = channel.SendAsync(target, _pair.Local.Range(0, 8), cancel.Token);
        Task drained = channel.DrainAsync().AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await send.Within());
        Assert.False(drained.IsCompleted);
        Assert.Equal(2, channel.Outstanding);

        queue.Post(new ReceiveRequest(_pair.Remote.Range(0, 64), 5));
        await drained.Within();
        var received = new Completion[1];
        Assert.Equal(1, completions.Wait(received, TwoContexts.Bound));
        Assert.Equal(5ul, received[0].UserContext);
        Assert.Equal(0, channel.Outstanding);
    }

    [Fact]
    public async Task What_is_cancelled_while_it_waits_for_room_never_runs()
    {
        using UdmaChannel channel = UdmaChannel.Create(_pair.User, new UdmaChannelOptions { Depth = 2 });
        (Jfr queue, Jfc completions, TargetJetty target) = _pair.MakeReceiver();
        using var cancel = new CancellationTokenSource();
        var sends = new List<Task>();
        while (channel.Waiting == 0)
        {
            sends.Add(channel.SendAsync(target, _pair.Local.Range(0, 8)).AsTask());
        }

        Task cancelled = channel.SendAsync(target, _pair.Local.Range(0, 24), cancel.Token).AsTask();
        Task last = channel.SendAsync(target, _pair.Local.Range(0, 16)).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Within());
        for (int i = 0; i <= sends.Count + 1; i++)
        {
            queue.Post(new ReceiveRequest(_pair.Remote.Range(0, 64)));
        }

        await Task.WhenAll(sends).Within();
        await last.Within();
        var received = new Completion[sends.Count + 2];
        int count = 0;
        while (count <= sends.Count)
        {
            int taken = completions.Wait(received.AsSpan(count), TwoContexts.Bound);
            Assert.NotEqual(0, taken);
            count += taken;
        }

        Assert.Equal([.. Enumerable.Repeat(8L, sends.Count), 16L], received.Take(count).Select(c => c.ByteCount));
    }

    [Fact]
    public async Task A_token_cancelled_before_starts_nothing()
    {
        using UdmaChannel channel = UdmaChannel.Create(_pair.User);
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await channel.WriteAsync(_pair.Local.Range(0, 8), _pair.Target.At(0, 8), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await channel.FetchAddAsync(_pair.Target.At(0, 8), 1, cancellationToken: cancelled));
        Assert.Equal(0, BinaryPrimitives.ReadInt32LittleEndian(_pair.Remote.AsSpan(0, 4)));
    }

    [Theory]
    [InlineData(ProgressMode.Automatic, ContinuationMode.ThreadPool)]
    [InlineData(ProgressMode.Automatic, ContinuationMode.Inline)]
    [InlineData(ProgressMode.Manual, ContinuationMode.Inline)]
    public async Task Disposing_ends_every_operation_exactly_once(ProgressMode progress, ContinuationMode continuations)
    {
        const int Count = 100;
        UdmaChannel channel = UdmaChannel.Create(_pair.User, new UdmaChannelOptions { Depth = 16, Progress = progress, Continuations = continuations });
        (_, _, TargetJetty target) = _pair.MakeReceiver();
        int[] ended = new int[Count];
        Task[] sends = [.. Enumerable.Range(0, Count).Select(async i =>
        {
            UrmaException error = await Assert.ThrowsAsync<UrmaException>(async () => await channel.SendAsync(target, _pair.Local.Range(0, 8)));
            Assert.Equal(CompletionStatus.WorkRequestFlushed, error.CompletionStatus);
            Interlocked.Increment(ref ended[i]);
        })];
        channel.Dispose();
        await Task.WhenAll(sends).Within();
        Assert.All(ended, times => Assert.Equal(1, times));
        channel.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await channel.WriteAsync(_pair.Local.Range(0, 8), _pair.Target.At(0, 8)));
    }

    [Fact]
    public async Task Closing_the_context_closes_its_channels()
    {
        UdmaChannel channel = UdmaChannel.Create(_pair.User);
        (_, _, TargetJetty target) = _pair.MakeReceiver();
        Task send = channel.SendAsync(target, _pair.Local.Range(0, 8)).AsTask();
        await _pair.User.DisposeAsync().Within();
        UrmaException error = await Assert.ThrowsAsync<UrmaException>(() => send.Within());
        Assert.Equal(CompletionStatus.WorkRequestFlushed, error.CompletionStatus);
    }

    [Fact]
    public async Task A_pending_send_fails_when_the_peer_leaves()
    {
        using UdmaChannel channel = UdmaChannel.Create(_pair.User);
        (_, _, TargetJetty target) = _pair.MakeReceiver();
        ValueTask send = channel.SendAsync(target, _pair.Local.Range(0, 8));
        Assert.False(send.IsCompleted);
        string uasid = $"{_pair.Owner.Uasid:x6}";
        _pair.Owner.Dispose();
        UrmaException error = await send.ThrowsWithin();
        Assert.NotEqual(CompletionStatus.Success, error.CompletionStatus);
        Assert.Contains(uasid, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_that_contradict_each_other_are_refused()
    {
        Assert.Throws<ArgumentException>(() => UdmaChannel.Create(_pair.User, new UdmaChannelOptions { SingleThreaded = true }));
        Assert.Throws<ArgumentOutOfRangeException>(() => UdmaChannel.Create(_pair.User, new UdmaChannelOptions { Depth = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => UdmaChannel.Create(_pair.User, new UdmaChannelOptions { MaxWaiting = -1 }));
    }

    [Theory]
    [InlineData(ContinuationMode.ThreadPool)]
    [InlineData(ContinuationMode.Inline)]
    public async Task Cancelled_awaits_disturb_nobody_else(ContinuationMode continuations)
    {
        const int Tasks = 6;
        const int Rounds = 500;
        using UdmaChannel channel = UdmaChannel.Create(
            _pair.User, new UdmaChannelOptions { Depth = 8, EngineThreshold = 1024, Continuations = continuations });
        long completed = 0;
        long cancelled = 0;
        await Task.WhenAll(Enumerable.Range(0, Tasks).Select(t => Task.Run(async () =>
        {
            var random = new Random(t);
            for (int i = 0; i < Rounds; i++)
            {
                using var cancel = new CancellationTokenSource();
                ValueTask copy = channel.WriteAsync(_pair.Local.Range(t * 8192, 4096), _pair.Target.At((t + 1) * 8192, 4096), cancel.Token);
                ValueTask<ulong> count = channel.FetchAddAsync(_pair.Target.At(0, 8), 1, cancellationToken: cancel.Token);
                if (random.Next(2) == 0)
                {
                    _ = Task.Run(cancel.Cancel);
                }

                try
                {
                    await copy;
                }
                catch (OperationCanceledException)
                {
                }

                try
                {
                    await count;
                    Interlocked.Increment(ref completed);
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref cancelled);
                }
            }
        }))).Within();
        await channel.DrainAsync().Within();
        Waits.Until(() => channel.Outstanding == 0);
        ulong executed = BinaryPrimitives.ReadUInt64LittleEndian(_pair.Remote.AsSpan(0, 8));
        Assert.Equal(Tasks * Rounds, completed + cancelled);
        Assert.InRange(executed, (ulong)completed, (ulong)(completed + cancelled));
    }
}
