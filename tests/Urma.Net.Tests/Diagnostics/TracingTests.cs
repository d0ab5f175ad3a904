using System.Diagnostics;
using Urma.Net.Diagnostics;
using Urma.Net.Tests.Async;
using Urma.Net.Tests.Linux;

namespace Urma.Net.Tests.Diagnostics;

/// <summary>Awaited operations as spans. A listener hears the whole process, so nothing else may run.</summary>
[Collection(Exclusive.Name)]
public sealed class TracingTests : IDisposable
{
    private readonly TwoContexts _pair = new();

    public void Dispose() => _pair.Dispose();

    [Fact]
    public async Task Awaited_operations_are_spans_with_their_kind_and_size()
    {
        using var spans = new Spans();
        using UdmaChannel channel = UdmaChannel.Create(_pair.User);
        await channel.WriteAsync(_pair.Local.Range(0, 100), _pair.Target.At(0));
        await channel.ReadAsync(_pair.Local.Range(0, 50), _pair.Target.At(0));
        await channel.FetchAddAsync(_pair.Target.At(64), 1);
        Assert.True((await channel.TryWriteAsync(_pair.Local.Range(0, 7), _pair.Target.At(0))).IsSuccess);
        Assert.Equal(["write", "read", "fetch_add", "write"], spans.Ended.Select(static a => a.DisplayName));
        Assert.All(spans.Ended, static a => Assert.Equal(ActivityKind.Client, a.Kind));
        Assert.All(spans.Ended, static a => Assert.Equal("loopback", a.GetTagItem("urma.provider")));
        Assert.All(spans.Ended, static a => Assert.Equal(ActivityStatusCode.Unset, a.Status));
        Assert.Equal([100L, 50L, 8L, 7L], spans.Ended.Select(static a => (long)a.GetTagItem("urma.operation.size")!));
    }

    [Fact]
    public async Task A_failure_is_told_by_the_span()
    {
        using var spans = new Spans();
        using UdmaChannel channel = UdmaChannel.Create(_pair.User);
        _pair.Remote.Revoke();
        UrmaException error = await Assert.ThrowsAsync<UrmaException>(
            () => channel.WriteAsync(_pair.Local.Range(0, 8), _pair.Target.At(0)).AsTask());
        Completion completion = await channel.TryReadAsync(_pair.Local.Range(0, 8), _pair.Target.At(0));
        Assert.False(completion.IsSuccess);
        Activity write = spans.Single("write");
        Assert.Equal((ActivityStatusCode.Error, error.Message), (write.Status, write.StatusDescription));
        Assert.Equal(error.CompletionStatus.ToString(), write.GetTagItem("error.type"));
        Assert.Equal(completion.Status.ToString(), spans.Single("read").GetTagItem("error.type"));
    }

    [Fact]
    public async Task A_span_lasts_until_its_operation_ends_and_is_no_ones_parent_beside_it()
    {
        using var spans = new Spans();
        using UdmaChannel channel = UdmaChannel.Create(_pair.User, new UdmaChannelOptions { Progress = ProgressMode.Manual });
        (Jfr queue, _, TargetJetty target) = _pair.MakeReceiver();
        using var caller = new Activity("caller");
        caller.Start();
        ValueTask send = channel.SendAsync(target, _pair.Local.Range(0, 8));
        Assert.Same(caller, Activity.Current);
        Assert.False(send.IsCompleted);
        Assert.Equal((1, 0), (spans.Started, spans.Ended.Count));

        Assert.Equal(UrmaStatus.Success, queue.Post(new ReceiveRequest(_pair.Remote.Range(0, 8))));
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                channel.Poll();
                return send.IsCompleted;
            },
            TwoContexts.Bound));
        await send;
        Activity span = spans.Single("send");
        Assert.Equal((ActivityKind.Producer, caller.SpanId), (span.Kind, span.ParentSpanId));
        Assert.Equal((long)_pair.Owner.Uasid, span.GetTagItem("urma.peer.uasid"));
        Assert.Same(caller, Activity.Current);
    }

    [Fact]
    public async Task A_cancelled_await_ends_its_span()
    {
        using var spans = new Spans();
        using UdmaChannel channel = UdmaChannel.Create(_pair.User);
        (_, _, TargetJetty target) = _pair.MakeReceiver();
        using var cancel = new CancellationTokenSource();
        Task send = channel.SendAsync(target, _pair.Local.Range(0, 8), cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => send.WaitAsync(TwoContexts.Bound));
        Assert.Equal(typeof(OperationCanceledException).FullName, spans.Single("send").GetTagItem("error.type"));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(GlobalMemory.AsyncLength)]
    public async Task Copies_between_global_addresses_are_spans(long length)
    {
        using var spans = new Spans();
        await _pair.User.Global.XcopyAsync(_pair.Target.GlobalAddress, _pair.Local.GlobalAddress, length);
        var results = new GlobalMemoryStatus[2];
        int failed = await _pair.User.Global.XcopyBatchAsync(
            new[]
            {
                new XcopyItem(_pair.Target.GlobalAddress, _pair.Local.GlobalAddress, 10),
                new XcopyItem(_pair.Target.GlobalAddress - 1, _pair.Local.GlobalAddress, 1),
            },
            results);
        Assert.Equal(1, failed);
        Activity copy = spans.Single("xcopy");
        Assert.Equal((length, (long)_pair.Owner.Uasid), (copy.GetTagItem("urma.operation.size"), copy.GetTagItem("urma.copy.destination.uasid")));
        Activity batch = spans.Single("xcopy_batch");
        Assert.Equal((ActivityStatusCode.Error, (object)"Unmapped"), (batch.Status, batch.GetTagItem("error.type")));
        Assert.Equal((11L, (object)2), (batch.GetTagItem("urma.operation.size"), batch.GetTagItem("urma.copy.count")));
    }

    [Fact]
    public async Task What_a_listener_does_not_sample_makes_no_span()
    {
        using var spans = new Spans(ActivitySamplingResult.None);
        using UdmaChannel channel = UdmaChannel.Create(_pair.User);
        await channel.WriteAsync(_pair.Local.Range(0, 8), _pair.Target.At(0));
        await _pair.User.Global.XcopyAsync(_pair.Target.GlobalAddress, _pair.Local.GlobalAddress, 8);
        Assert.Equal(0, spans.Started);
    }

    [Theory]
    [InlineData("Sample")]
    [InlineData("Started")]
    [InlineData("Stopped")]
    public async Task A_listener_that_throws_fails_no_operation(string where)
    {
        int thrown = 0;
        void ThrowAt(string here)
        {
            if (here == where)
            {
                thrown++;
                throw new InvalidOperationException("The exporter is broken.");
            }
        }

        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == UrmaDiagnostics.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) =>
            {
                ThrowAt("Sample");
                return ActivitySamplingResult.AllDataAndRecorded;
            },
            ActivityStarted = _ => ThrowAt("Started"),
            ActivityStopped = _ => ThrowAt("Stopped"),
        };
        ActivitySource.AddActivityListener(listener);
        Activity? before = Activity.Current;
        using UdmaChannel channel = UdmaChannel.Create(_pair.User);
        await channel.WriteAsync(_pair.Local.Range(0, 8), _pair.Target.At(0));
        ulong first = await channel.FetchAddAsync(_pair.Target.At(64), 1);
        Assert.Equal(first + 1, await channel.FetchAddAsync(_pair.Target.At(64), 1));
        Assert.Same(before, Activity.Current);
        Assert.True(SpinWait.SpinUntil(static () => OperationSpan.AllTold, TwoContexts.Bound));
        Assert.Equal(3, thrown);
    }

    [Fact]
    public async Task A_listener_that_hangs_holds_up_nobody()
    {
        using var hangs = new ManualResetEventSlim();
        using var goesOn = new ManualResetEventSlim();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == UrmaDiagnostics.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ =>
            {
                hangs.Set();
                goesOn.Wait(TwoContexts.Bound);
            },
        };
        ActivitySource.AddActivityListener(listener);
        using UdmaChannel channel = UdmaChannel.Create(_pair.User);
        await channel.WriteAsync(_pair.Local.Range(0, 8), _pair.Target.At(0));
        Assert.True(hangs.Wait(TwoContexts.Bound));
        for (int i = 0; i < 100; i++)
        {
            await channel.WriteAsync(_pair.Local.Range(0, 8), _pair.Target.At(0));
        }

        Assert.False(OperationSpan.AllTold);
        goesOn.Set();
        Assert.True(SpinWait.SpinUntil(static () => OperationSpan.AllTold, TwoContexts.Bound));
    }
}
