using Urma.Net.Tests.Async;

namespace Urma.Net.Tests.Diagnostics;

/// <summary>What a context has done, as it tells itself.</summary>
public sealed class CounterTests : IDisposable
{
    private readonly TwoContexts _pair = new();
    private readonly Jfc _jfc;
    private readonly Jetty _jetty;

    public CounterTests()
    {
        _jfc = _pair.User.CreateJfc();
        _jetty = _pair.User.CreateJetty(new JettyOptions { SendJfc = _jfc });
    }

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void A_new_context_has_done_nothing() =>
        Assert.Equal(new UrmaCounters { OpenQueues = 1 }, _pair.User.GetCounters());

    [Fact]
    public void Every_kind_of_operation_is_counted_at_its_initiator()
    {
        (Jfr queue, _, TargetJetty target) = _pair.MakeReceiver();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(UrmaStatus.Success, queue.Post(new ReceiveRequest(_pair.Remote.Range(0, 4096))));
        }

        Segment local = _pair.Local;
        TargetSegment remote = _pair.Target;
        Do(WorkRequest.Write(local.Range(0, 100), remote.At(0)));
        Do(WorkRequest.WriteNotify(local.Range(0, 10), remote.At(0), remote.At(512), 1));
        Do(WorkRequest.WriteImmediate(local.Range(0, 1), remote.At(0), target, 5));
        Do(WorkRequest.Read(local.Range(0, 1000), remote.At(0)));
        Do(WorkRequest.FetchAdd(local.Range(0, 8), remote.At(0), 1));
        Do(WorkRequest.CompareSwap(local.Range(0, 8), remote.At(0), 1, 2));
        Do(WorkRequest.Send(target, local.Range(0, 20)));
        Do(WorkRequest.SendImmediate(target, local.Range(0, 2000), 5));

        var expected = new UrmaCounters
        {
            Writes = 3, Reads = 1, Atomics = 2, Sends = 2, Bytes = 100 + 10 + 1 + 1000 + 20 + 2000, OpenQueues = 1,
        };
        Assert.Equal(expected, _pair.User.GetCounters());
        Assert.Equal(8, expected.Operations);
        Assert.Equal(default, _pair.Owner.GetCounters());
    }

    [Fact]
    public void Failures_are_counted_as_errors()
    {
        _pair.Remote.Revoke();
        Assert.Equal(UrmaStatus.Success, _jetty.Post(WorkRequest.Write(_pair.Local.Range(0, 8), _pair.Target.At(0))));
        Assert.False(Next().IsSuccess);
        UrmaCounters counters = _pair.User.GetCounters();
        Assert.Equal((0, 1), (counters.Writes, counters.Errors));
    }

    [Fact]
    public void A_target_without_a_receive_is_counted()
    {
        (Jfr queue, _, TargetJetty target) = _pair.MakeReceiver();
        Assert.Equal(UrmaStatus.Success, _jetty.Post(WorkRequest.Send(target, _pair.Local.Range(0, 8))));
        Assert.True(SpinWait.SpinUntil(
            () => _jfc.Poll(new Completion[1]) == 0 && _pair.User.GetCounters().ReceiverNotReady > 0, TwoContexts.Bound));
        Assert.Equal(0, _pair.User.GetCounters().Sends);
        Assert.Equal(UrmaStatus.Success, queue.Post(new ReceiveRequest(_pair.Remote.Range(0, 8))));
        Assert.True(Next().IsSuccess);
        Assert.Equal(1, _pair.User.GetCounters().Sends);
    }

    [Fact]
    public void Work_of_the_engine_thread_is_counted_in_both_places()
    {
        using Jfc jfc = _pair.User.CreateJfc();
        using Jfs jfs = _pair.User.CreateJfs(new JfsOptions { SendJfc = jfc, EngineThreshold = 4096 });
        Assert.Equal(UrmaStatus.Success, jfs.Post(WorkRequest.Write(_pair.Local.Range(0, 65536), _pair.Target.At(0))));
        var completion = new Completion[1];
        Assert.Equal(1, jfc.Wait(completion, TwoContexts.Bound));
        Assert.True(completion[0].IsSuccess);
        UrmaCounters counters = _pair.User.GetCounters();
        Assert.Equal((1, 1, 65536), (counters.Writes, counters.EngineOperations, counters.Bytes));
    }

    [Fact]
    public void What_closed_queues_and_closed_contexts_did_stays()
    {
        Do(WorkRequest.Write(_pair.Local.Range(0, 8), _pair.Target.At(0)));
        UrmaCounters before = _pair.User.GetCounters();
        _jetty.Dispose();
        Assert.Equal(0, _jfc.Poll(new Completion[1]));
        Assert.Equal(before with { OpenQueues = 0 }, _pair.User.GetCounters());

        using Jfs another = _pair.User.CreateJfs(new JfsOptions { SendJfc = _jfc });
        Assert.Equal(UrmaStatus.Success, another.Post(WorkRequest.Read(_pair.Local.Range(0, 8), _pair.Target.At(0))));
        Assert.True(Next().IsSuccess);
        UrmaCounters after = _pair.User.GetCounters();
        Assert.Equal(new UrmaCounters { Reads = 1, Bytes = 8, OpenQueues = 1 }, after.Since(before));

        _pair.User.Dispose();
        Assert.Equal(after with { OpenQueues = 0 }, _pair.User.GetCounters());
    }

    [Fact]
    public void A_reading_never_misses_what_moves_when_queues_close()
    {
        Do(WorkRequest.Write(_pair.Local.Range(0, 8), _pair.Target.At(0)));
        using var stop = new CancellationTokenSource();
        var closer = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                using Jfc jfc = _pair.User.CreateJfc();
                using Jfs jfs = _pair.User.CreateJfs(new JfsOptions { SendJfc = jfc });
                jfs.Post(WorkRequest.Write(_pair.Local.Range(0, 8), _pair.Target.At(0)));
                jfc.Poll(new Completion[1]);
            }
        });
        closer.Start();
        try
        {
            long last = 0;
            for (int i = 0; i < 500; i++)
            {
                // Over the shared page, as another process reads it.
                UrmaCounters seen = UrmaDiagnostics.GetEngines(_pair.User.Device)
                    .Single(e => e.Uasid == _pair.User.Uasid).Counters!.Value;
                Assert.True(seen.Writes >= last, $"The writes fell from {last} to {seen.Writes}.");
                last = seen.Writes;
            }

            Assert.True(last > 1);
        }
        finally
        {
            stop.Cancel();
            closer.Join();
        }
    }

    private void Do(in WorkRequest request)
    {
        Assert.Equal(UrmaStatus.Success, _jetty.Post(in request));
        Assert.True(Next().IsSuccess);
    }

    private Completion Next()
    {
        var one = new Completion[1];
        Assert.Equal(1, _jfc.Wait(one, TwoContexts.Bound));
        return one[0];
    }
}
