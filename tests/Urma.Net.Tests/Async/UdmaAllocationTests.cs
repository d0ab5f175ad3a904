namespace Urma.Net.Tests.Async;

/// <summary>Steady state allocates nothing, whether an operation completes at once or later.</summary>
public sealed class UdmaAllocationTests : IDisposable
{
    private const int Rounds = 10_000;
    private readonly TwoContexts _pair = new();

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void Operations_that_complete_at_once() =>
        AssertNoAllocation(UdmaChannel.Create(_pair.User), static (pair, channel) =>
        {
            Finish(channel.WriteAsync(pair.Local.Range(0, 64), pair.Target.At(0, 64)));
            Finish(channel.ReadAsync(pair.Local.Range(0, 64), pair.Target.At(0, 64)));
            Finish(channel.FetchAddAsync(pair.Target.At(64, 8), 1));
            Finish(channel.TryWriteAsync(pair.Local.Range(0, 64), pair.Target.At(0, 64)));
        });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Operations_that_complete_later(bool singleThreaded)
    {
        var options = new UdmaChannelOptions
        {
            EngineThreshold = 256,
            Progress = ProgressMode.Manual,
            Continuations = ContinuationMode.Inline,
            SingleThreaded = singleThreaded,
        };
        int pending = 0;
        AssertNoAllocation(UdmaChannel.Create(_pair.User, options), (pair, channel) =>
        {
            ValueTask write = channel.WriteAsync(pair.Local.Range(0, 512), pair.Target.At(0, 512));
            ValueTask<ulong> atomic = channel.FetchAddAsync(pair.Target.At(1024, 8), 1);
            pending += write.IsCompleted ? 0 : 1;
            while (!write.IsCompleted || !atomic.IsCompleted)
            {
                channel.Poll();
            }

            write.GetAwaiter().GetResult();
            atomic.GetAwaiter().GetResult();
        });
        Assert.True(pending > 0, "No operation took the way the test is about.");
    }

    [Fact]
    public void Cancellable_operations_that_complete_later()
    {
        using var cancel = new CancellationTokenSource();
        CancellationToken token = cancel.Token;
        var options = new UdmaChannelOptions { EngineThreshold = 256, Progress = ProgressMode.Manual };
        AssertNoAllocation(UdmaChannel.Create(_pair.User, options), (pair, channel) =>
        {
            ValueTask<Completion> write = channel.TryWriteAsync(pair.Local.Range(0, 512), pair.Target.At(0, 512), token);
            while (!write.IsCompleted)
            {
                channel.Poll();
            }

            write.GetAwaiter().GetResult();
        });
    }

    private static void Finish(ValueTask task)
    {
        Assert.True(task.IsCompletedSuccessfully);
        task.GetAwaiter().GetResult();
    }

    private static void Finish<T>(ValueTask<T> task)
    {
        Assert.True(task.IsCompletedSuccessfully);
        task.GetAwaiter().GetResult();
    }

    private void AssertNoAllocation(UdmaChannel channel, Action<TwoContexts, UdmaChannel> operation)
    {
        using (channel)
        {
            for (int i = 0; i < 200; i++)
            {
                operation(_pair, channel);
            }

            // What is made once, such as the wait handle of a lock at its first contention, is not steady state.
            long allocated = long.MaxValue;
            for (int attempt = 0; attempt < 3 && allocated != 0; attempt++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < Rounds; i++)
                {
                    operation(_pair, channel);
                }

                allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            }

            Assert.Equal(0, allocated);
        }
    }
}
