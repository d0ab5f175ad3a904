using Urma.Net.Tests.Async;

namespace Urma.Net.Tests.Global;

/// <summary>Awaited copies: short ones at once, long ones beside the caller, cancelled ones until their memory is free.</summary>
public sealed class XcopyAsyncTests : IDisposable
{
    private const int Length = 8 << 20;

    private readonly TwoContexts _two = new(Length);

    private GlobalMemory Global => _two.User.Global;

    private GlobalAddress Far => _two.Target.GlobalAddress;

    private GlobalAddress Near => _two.Local.GlobalAddress;

    public void Dispose() => _two.Dispose();

    [Fact]
    public async Task Short_copies_are_complete_when_the_call_returns()
    {
        _two.Local.AsSpan().Fill(5);
        ValueTask task = Global.XcopyAsync(Far, Near, 4096);
        Assert.True(task.IsCompletedSuccessfully);
        await task;
        byte[] back = new byte[4096];
        await Global.XcopyAsync(back, Far);
        Assert.Equal(-1, back.AsSpan().IndexOfAnyExcept((byte)5));
        await Global.XcopyAsync(Far + 4096, back);
        Assert.Equal(5, _two.Remote.AsSpan()[8191]);
        await Global.XcopyAsync(Far, Near, 0);
    }

    [Fact]
    public async Task Long_copies_run_beside_the_caller_and_in_order()
    {
        byte[] data = new byte[Length];
        for (int round = 0; round < 20; round++)
        {
            data.AsSpan().Fill((byte)round);
            ValueTask first = Global.XcopyAsync(Far, data);
            ValueTask second = Global.XcopyAsync(Near, Far, Length);
            byte[] back = new byte[Length];
            ValueTask third = Global.XcopyAsync(back, Near);
            await first;
            await second;
            await third;
            Assert.Equal(-1, back.AsSpan().IndexOfAnyExcept((byte)round));
        }
    }

    [Fact]
    public async Task Many_callers_share_the_engine()
    {
        Task[] tasks = [.. Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            byte[] data = new byte[1 << 20];
            byte[] back = new byte[1 << 20];
            for (int k = 0; k < 20; k++)
            {
                data.AsSpan().Fill((byte)(i + k));
                await Global.XcopyAsync(Far + ((long)i << 20), data);
                await Global.XcopyAsync(back, Far + ((long)i << 20));
                Assert.Equal(-1, back.AsSpan().IndexOfAnyExcept((byte)(i + k)));
            }
        }))];
        await Task.WhenAll(tasks).WaitAsync(TwoContexts.Bound);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(Length)]
    public async Task Faults_are_named(int length)
    {
        GlobalMemoryException error = await Assert.ThrowsAsync<GlobalMemoryException>(
            async () => await Global.XcopyAsync(Far + (Length - 7), Near, length));
        Assert.Equal(GlobalMemoryStatus.Unmapped, error.Fault);
        Assert.Equal(Far + (Length - 7), error.Address);
        error = await Assert.ThrowsAsync<GlobalMemoryException>(async () => await Global.XcopyAsync(new byte[length], Far + (Length - 7)));
        Assert.Equal(GlobalMemoryStatus.Unmapped, error.Fault);
    }

    [Fact]
    public async Task Batches_can_be_awaited()
    {
        _two.Local.AsSpan().Fill(5);
        XcopyItem[] items = [.. Enumerable.Range(0, 1000).Select(i => new XcopyItem(Far + (i * 4096L), Near, i == 7 ? -1 : 4096))];
        var results = new GlobalMemoryStatus[1000];
        Assert.Equal(1, await Global.XcopyBatchAsync(items, results));
        Assert.Equal(GlobalMemoryStatus.InvalidRange, results[7]);
        Assert.Equal(999, results.Count(static r => r == GlobalMemoryStatus.Success));
    }

    [Fact]
    public async Task A_cancelled_await_ends_and_its_memory_is_free_after_draining()
    {
        using UrmaContext slow = UrmaContext.Open(
            $"loopback://{_two.User.Device.Name}", new UrmaContextOptions { Fabric = new FabricModel("slow", 300e6) });
        using TargetSegment import = slow.ImportSegment(_two.Remote.Descriptor, _two.Remote.Token);
        using var cancel = new CancellationTokenSource();
        GlobalAddress far = import.GlobalAddress;
        ValueTask running = slow.Global.XcopyAsync(far, new byte[] { 1 }, cancel.Token);
        ValueTask waiting = slow.Global.XcopyAsync(far + 1, new byte[] { 2 }, cancel.Token);
        Assert.False(running.IsCompleted);
        cancel.Cancel();
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await running);
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await waiting);
        await slow.Global.DrainAsync(TwoContexts.Bound);
        Assert.Equal(0, _two.Remote.AsSpan()[1]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Global.XcopyAsync(Far, new byte[] { 3 }, cancel.Token));
        Assert.NotEqual(3, _two.Remote.AsSpan()[0]);

        await slow.Global.XcopyAsync(far, new byte[] { 4 });
        Assert.Equal(4, _two.Remote.AsSpan()[0]);
    }

    [Fact]
    public async Task Closing_the_context_ends_every_await()
    {
        UrmaContext slow = UrmaContext.Open(
            $"loopback://{_two.User.Device.Name}", new UrmaContextOptions { Fabric = new FabricModel("slow", 9e9) });
        TargetSegment import = slow.ImportSegment(_two.Remote.Descriptor, _two.Remote.Token);
        Task[] tasks = [.. Enumerable.Range(0, 10).Select(i => slow.Global.XcopyAsync(import.GlobalAddress + i, new byte[] { 1 }).AsTask())];
        await slow.DisposeAsync();
        foreach (Task task in tasks)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => task.WaitAsync(TwoContexts.Bound));
        }
    }
}
