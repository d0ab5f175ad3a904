using Urma.Net.Tests.Async;
using Urma.Net.Tests.Messaging;

namespace Urma.Net.Tests.Diagnostics;

/// <summary>What an engine says of its work beyond counters: times, depths, waits, peers.</summary>
public sealed class StatisticsTests : IDisposable
{
    // A gap between two timed operations is at most twice the interval.
    private const int Enough = 4 * UrmaStatistics.SampleInterval;

    private readonly TwoContexts _pair = new();
    private readonly Jfc _jfc;
    private readonly Jetty _jetty;
    private readonly Completion[] _one = new Completion[1];

    public StatisticsTests()
    {
        _jfc = _pair.User.CreateJfc();
        _jetty = _pair.User.CreateJetty(new JettyOptions { SendJfc = _jfc, Depth = 16 });
    }

    public void Dispose() => _pair.Dispose();

    [Fact]
    public void One_operation_in_so_many_is_timed()
    {
        const int count = 200 * UrmaStatistics.SampleInterval;
        for (int i = 0; i < count; i++)
        {
            Do(WorkRequest.Write(_pair.Local.Range(0, 8), _pair.Target.At(0)));
        }

        UrmaStatistics statistics = _pair.User.GetStatistics();
        LatencyHistogram times = statistics.Latency(UrmaOperation.Write);

        // Two hundred gaps that lie evenly between 1 and twice the interval: their sum is off by 4 % (one sigma).
        Assert.InRange(times.Count, 150, 250);

        // To the nanosecond: some lie in buckets that hold no multiple of 100 ns.
        Assert.Contains(
            Enumerable.Range(0, LatencyHistogram.BucketCount - 1),
            b => times.Buckets[b] != 0 && LatencyHistogram.LowerBound(b) % 100 != 0 && LatencyHistogram.LowerBound(b) / 100 == (LatencyHistogram.LowerBound(b + 1) - 1) / 100);
        Assert.Equal(times, Assert.Single(statistics.Queues).Latency(UrmaOperation.Write));
        Assert.Equal(0, statistics.Latency(UrmaOperation.Read).Count);
        Assert.Equal(count, statistics.Counters.Writes);
    }

    [Fact]
    public async Task Every_kind_of_operation_is_timed()
    {
        (Jfr queue, Jfc received, TargetJetty target) = _pair.MakeReceiver();
        for (int i = 0; i < Enough; i++)
        {
            Do(WorkRequest.Read(_pair.Local.Range(0, 8), _pair.Target.At(0)));
            Do(WorkRequest.FetchAdd(_pair.Local.Range(0, 8), _pair.Target.At(0), 1));
            Assert.Equal(UrmaStatus.Success, queue.Post(new ReceiveRequest(_pair.Remote.Range(0, 64))));
            Do(WorkRequest.Send(target, _pair.Local.Range(0, 8)));
            Assert.Equal(1, received.Wait(_one, TwoContexts.Bound));
            _pair.User.Global.Xcopy(_pair.Target.GlobalAddress, _pair.Local.GlobalAddress, 8);
        }

        using (UdmaChannel channel = UdmaChannel.Create(_pair.User, new UdmaChannelOptions { EngineThreshold = 1 }))
        {
            for (int i = 0; i < Enough; i++)
            {
                await channel.WriteAsync(_pair.Local.Range(0, 64), _pair.Target.At(0));
            }
        }

        UrmaStatistics statistics = _pair.User.GetStatistics();
        foreach (UrmaOperation operation in Enum.GetValues<UrmaOperation>())
        {
            Assert.InRange(statistics.Latency(operation).Count, 1, Enough);
        }

        Assert.Equal((Enough, 8L * Enough), (statistics.Counters.Xcopies, statistics.Counters.XcopyBytes));
        Assert.Equal(Enough, statistics.Counters.Awaited);
    }

    [Fact]
    public void Failures_are_counted_but_are_no_latencies()
    {
        _pair.Remote.Revoke();
        for (int i = 0; i < Enough; i++)
        {
            Assert.Equal(UrmaStatus.Success, _jetty.Post(WorkRequest.Write(_pair.Local.Range(0, 8), _pair.Target.At(0))));
            Assert.Equal(1, _jfc.Wait(_one, TwoContexts.Bound));
            Assert.False(_one[0].IsSuccess);
        }

        UrmaStatistics statistics = _pair.User.GetStatistics();
        Assert.Equal((Enough, 0), (statistics.Counters.Errors, statistics.Latency(UrmaOperation.Write).Count));
        Assert.Equal(0, Assert.Single(statistics.Peers).Latency.Count);
    }

    [Fact]
    public async Task Awaited_copies_are_counted_on_the_spot_or_not()
    {
        await _pair.User.Global.XcopyAsync(_pair.Target.GlobalAddress, _pair.Local.GlobalAddress, 8);
        await _pair.User.Global.XcopyAsync(_pair.Target.GlobalAddress, _pair.Local.GlobalAddress, GlobalMemory.AsyncLength);
        Assert.Equal((2, 8 + GlobalMemory.AsyncLength), (_pair.User.GetCounters().Xcopies, _pair.User.GetCounters().XcopyBytes));
    }

    [Fact]
    public void Reading_costs_little_memory_for_queues_where_nothing_was_timed()
    {
        for (int i = 0; i < 64; i++)
        {
            _pair.User.CreateJfs(new JfsOptions { SendJfc = _jfc, Depth = 4 });
        }

        Assert.Equal(65, _pair.User.GetStatistics().Queues.Count);
        long before = GC.GetAllocatedBytesForCurrentThread();
        _ = _pair.User.GetStatistics();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 200_000);
    }

    [Fact]
    public void There_are_no_times_of_what_is_no_operation() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _pair.User.GetStatistics().Latency((UrmaOperation)99));

    [Fact]
    public void Times_of_closed_queues_and_contexts_stay()
    {
        for (int i = 0; i < Enough; i++)
        {
            Do(WorkRequest.Write(_pair.Local.Range(0, 8), _pair.Target.At(0)));
        }

        LatencyHistogram before = _pair.User.GetStatistics().Latency(UrmaOperation.Write);
        Assert.NotEqual(0, before.Count);
        _jetty.Dispose();
        Assert.Equal(0, _jfc.Poll(_one));
        Assert.Equal(before, _pair.User.GetStatistics().Latency(UrmaOperation.Write));
        Assert.Empty(_pair.User.GetStatistics().Queues);
        _pair.User.Dispose();
        Assert.Equal(before, _pair.User.GetStatistics().Latency(UrmaOperation.Write));
    }

    [Fact]
    public void What_is_outstanding_is_seen()
    {
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(UrmaStatus.Success, _jetty.Post(WorkRequest.Write(_pair.Local.Range(0, 8), _pair.Target.At(0))));
        }

        Assert.Equal((16, 10, 0), Look(static q => (q.Depth, q.Outstanding, q.Waiting)));
        while (_jetty.Post(WorkRequest.Write(_pair.Local.Range(0, 8), _pair.Target.At(0))) == UrmaStatus.Success)
        {
        }

        Assert.Equal((16, 16), Look(static q => (q.Outstanding, q.MaxOutstanding)));
        Assert.Equal(16, _jfc.Poll(new Completion[32]));
        Assert.Equal((0, 16), Look(static q => (q.Outstanding, q.MaxOutstanding)));
    }

    [Fact]
    public void A_wait_for_a_receive_is_seen_while_it_lasts_and_booked_when_it_ends()
    {
        (Jfr queue, _, TargetJetty target) = _pair.MakeReceiver();
        Assert.Equal(UrmaStatus.Success, _jetty.Post(WorkRequest.Send(target, _pair.Local.Range(0, 8))));
        Assert.Equal((1, 1), Look(static q => (q.Waiting, q.Outstanding)));
        Assert.True(SpinWait.SpinUntil(() => Look(static q => q.StalledFor) > TimeSpan.FromMilliseconds(1), TwoContexts.Bound));
        Assert.Equal(0, _pair.User.GetCounters().ReceiverNotReadyTime);

        Assert.Equal(UrmaStatus.Success, queue.Post(new ReceiveRequest(_pair.Remote.Range(0, 8))));
        Assert.Equal(1, _jfc.Wait(_one, TwoContexts.Bound));
        Assert.True(_pair.User.GetCounters().ReceiverNotReadyTime > 1_000_000);
        Assert.Equal((0, 0, TimeSpan.Zero), Look(static q => (q.Waiting, q.Outstanding, q.StalledFor)));
    }

    [Fact]
    public void Receive_queues_tell_what_is_posted_and_came()
    {
        (Jfr queue, Jfc received, TargetJetty target) = _pair.MakeReceiver(depth: 8);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(UrmaStatus.Success, queue.Post(new ReceiveRequest(_pair.Remote.Range(0, 8))));
        }

        Do(WorkRequest.Send(target, _pair.Local.Range(0, 8)));
        Do(WorkRequest.Send(target, _pair.Local.Range(0, 8)));
        Assert.Equal(1, received.Wait(_one, TwoContexts.Bound));
        Assert.Equal(new ReceiveQueueStatistics(queue.Id, 8, Outstanding: 4, Received: 1, Lanes: 1), Assert.Single(_pair.Owner.GetStatistics().ReceiveQueues));
    }

    [Fact]
    public void Peers_are_named_timed_and_stay_known_when_they_are_lost()
    {
        DateTimeOffset before = DateTimeOffset.UtcNow - TimeSpan.FromSeconds(1);
        for (int i = 0; i < Enough; i++)
        {
            Do(WorkRequest.Write(_pair.Local.Range(0, 8), _pair.Target.At(0)));
        }

        PeerStatistics peer = Assert.Single(_pair.User.GetStatistics().Peers);
        Assert.Equal(
            (_pair.Owner.Eid, _pair.Owner.Uasid, Environment.ProcessId, "owner", PeerState.Connected, null),
            (peer.Eid, peer.Uasid, peer.ProcessId, peer.Label, peer.State, peer.LostAt));
        Assert.True(peer.ConnectedAt > before);
        Assert.Equal(_pair.User.GetStatistics().Latency(UrmaOperation.Write), peer.Latency);

        _pair.Owner.Dispose();
        Assert.True(SpinWait.SpinUntil(() => _pair.User.GetStatistics().Peers[0].State == PeerState.Lost, TwoContexts.Bound));
        peer = Assert.Single(_pair.User.GetStatistics().Peers);
        Assert.True(peer.LostAt >= peer.ConnectedAt);
        Assert.NotEqual(0, peer.Latency.Count);
    }

    [Fact]
    public void Who_looks_from_outside_sees_the_same()
    {
        (Jfr queue, Jfc received, TargetJetty target) = _pair.MakeReceiver();
        for (int i = 0; i < Enough; i++)
        {
            Do(WorkRequest.Write(_pair.Local.Range(0, 8), _pair.Target.At(0)));
            Assert.Equal(UrmaStatus.Success, queue.Post(new ReceiveRequest(_pair.Remote.Range(0, 64))));
            Do(WorkRequest.Send(target, _pair.Local.Range(0, 8)));
            Assert.Equal(1, received.Wait(_one, TwoContexts.Bound));
        }

        UrmaStatistics inside = _pair.User.GetStatistics();
        UrmaEngineInfo seen = UrmaDiagnostics.GetEngines(_pair.User.Device).Single(e => e.Uasid == _pair.User.Uasid);
        UrmaStatistics outside = seen.Statistics!;
        Assert.Equal(inside.Counters, outside.Counters);
        Assert.Equal(inside.Counters, seen.Counters);
        Assert.All(Enum.GetValues<UrmaOperation>(), o => Assert.Equal(inside.Latency(o), outside.Latency(o)));
        Assert.Equal(inside.Queues.Select(static q => (q.Id, q.Depth, q.Outstanding)), outside.Queues.Select(static q => (q.Id, q.Depth, q.Outstanding)));
        Assert.Equal(inside.Peers.Select(static p => (p.Uasid, p.Latency, p.ConnectedAt)), outside.Peers.Select(static p => (p.Uasid, p.Latency, p.ConnectedAt)));
    }

    [Fact]
    public async Task A_message_channel_without_credit_counts_its_stall_and_how_long_it_was()
    {
        using ChannelPair pair = await ChannelPair.Open(new MessageChannelOptions { Slots = 4 });
        UrmaContext sender = pair.Client.Context;
        var message = new byte[8];
        int sent = SendAll(pair.Client, message);

        Assert.False(pair.Client.TrySend(message));
        Assert.Equal((1, 0), (sender.GetCounters().CreditStalls, sender.GetCounters().CreditStallTime));
        Assert.True(SpinWait.SpinUntil(() => sender.GetStatistics().Queues.Any(static q => q.StalledFor > TimeSpan.FromMilliseconds(1)), TwoContexts.Bound));
        for (int i = 0; i < sent; i++)
        {
            using MessageLease lease = await pair.Server.ReceiveAsync().AsTask().WaitAsync(TwoContexts.Bound);
        }

        Assert.True(SpinWait.SpinUntil(() => pair.Client.TrySend(message), TwoContexts.Bound));
        Assert.Equal(1, sender.GetCounters().CreditStalls);
        Assert.True(sender.GetCounters().CreditStallTime > 1_000_000);
        Assert.All(sender.GetStatistics().Queues, static q => Assert.Equal(TimeSpan.Zero, q.StalledFor));
    }

    [Fact]
    public async Task A_stall_ends_with_credit_or_when_it_is_given_up_though_nothing_is_sent_any_more()
    {
        using ChannelPair pair = await ChannelPair.Open(new MessageChannelOptions { Slots = 4 });
        UrmaContext sender = pair.Client.Context;
        var message = new byte[8];
        int sent = SendAll(pair.Client, message);

        Assert.True(IsStalled());
        using (var cancellation = new CancellationTokenSource())
        {
            Task waiting = pair.Client.SendAsync(message, cancellation.Token).AsTask();
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(TwoContexts.Bound));
        }

        Assert.False(IsStalled());
        Assert.False(pair.Client.TrySend(message));
        Assert.True(IsStalled());
        for (int i = 0; i < sent; i++)
        {
            using MessageLease lease = await pair.Server.ReceiveAsync().AsTask().WaitAsync(TwoContexts.Bound);
        }

        Assert.True(SpinWait.SpinUntil(() => !pair.Client.TryReceive(out _) && !IsStalled(), TwoContexts.Bound));
        long booked = sender.GetCounters().CreditStallTime;
        Assert.True(booked > 0);
        Assert.True(pair.Client.TrySend(message));
        Assert.Equal(booked, sender.GetCounters().CreditStallTime);

        bool IsStalled() => sender.GetStatistics().Queues.Any(static q => q.StalledFor != TimeSpan.Zero);
    }

    private T Look<T>(Func<QueueStatistics, T> read) => read(Assert.Single(_pair.User.GetStatistics().Queues));

    private void Do(in WorkRequest request)
    {
        Assert.Equal(UrmaStatus.Success, _jetty.Post(in request));
        Assert.Equal(1, _jfc.Wait(_one, TwoContexts.Bound));
        Assert.True(_one[0].IsSuccess);
    }

    // As many messages as there is credit for.
    private static int SendAll(MessageChannel channel, byte[] message)
    {
        int sent = 0;
        while (channel.TrySend(message))
        {
            Assert.True(++sent < 1000);
        }

        return sent;
    }
}
