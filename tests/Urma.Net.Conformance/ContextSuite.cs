using System.Runtime.InteropServices;

namespace Urma.Net.Conformance;

/// <summary>Contexts: identity, many of them, and the ones that leave.</summary>
public abstract class ContextSuite(ProviderHarness harness) : ConformanceSuite(harness)
{
    [Fact]
    public void A_context_has_a_place_of_its_own_on_its_device()
    {
        UrmaContext one = Open();
        UrmaContext other = Open();
        Assert.Equal(one.Eid, other.Eid);
        Assert.False(one.Eid.IsZero);
        Assert.Equal(one.Eid, one.Device.Eid);
        Assert.NotEqual(one.Uasid, other.Uasid);
        Assert.InRange(one.Uasid, 1u, 0xFF_FFFFu);
        Assert.True(one.Capabilities.MaxSegments > 0);
        Assert.Equal(Harness.SupportsMapping, one.Capabilities.SupportsMapping);
        Assert.Equal(Harness.Atomics, one.Capabilities.Atomics);
        Assert.Equal(Harness.SupportsRendezvous, one.Capabilities.SupportsRendezvous);
    }

    [SkippableFact]
    public void A_chosen_uasid_is_kept_or_refused()
    {
        Skip.IfNot(Harness.SupportsChosenUasid, "The provider chooses the number.");
        UrmaContext one = Open(new UrmaContextOptions { Uasid = Harness.ChosenUasid, Label = "first" });
        Assert.Equal(Harness.ChosenUasid, one.Uasid);
        UrmaException error = Assert.Throws<UrmaException>(() => Harness.Open(new UrmaContextOptions { Uasid = Harness.ChosenUasid }));
        Assert.Equal(UrmaStatus.Exists, error.Status);
        one.Dispose();
        UrmaContext again = Open(new UrmaContextOptions { Uasid = Harness.ChosenUasid });
        Assert.Equal(Harness.ChosenUasid, again.Uasid);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(0x100_0000u)]
    [InlineData(uint.MaxValue)]
    public void A_uasid_that_is_none_is_refused(uint uasid) =>
        AssertInvalid(() => Harness.Open(new UrmaContextOptions { Uasid = uasid }).Dispose());

    [Fact]
    public void A_label_that_is_too_long_is_refused() =>
        AssertInvalid(() => Harness.Open(new UrmaContextOptions { Label = new string('ü', 32) }).Dispose());

    [Fact]
    public void What_is_done_is_counted_and_some_of_it_timed()
    {
        // A gap between two operations of a queue that are timed is at most twice the interval.
        const int enough = 2 * UrmaStatistics.SampleInterval;
        Endpoint owner = NewEndpoint();
        Endpoint user = NewEndpoint();
        TargetSegment target = user.Import(owner.Memory);
        for (int i = 0; i < enough; i++)
        {
            user.Succeed(WorkRequest.Write(user.Memory.Range(0, 8), target.At(0, 8)));
        }

        UrmaStatistics statistics = user.Context.GetStatistics();
        Assert.Equal((enough, 8L * enough, 0L), (statistics.Counters.Writes, statistics.Counters.Bytes, statistics.Counters.Errors));
        Assert.InRange(statistics.Latency(UrmaOperation.Write).Count, 1, enough);
        Assert.Equal(0, statistics.Outstanding);
        Assert.Equal(user.Jetty.Depth, statistics.Queues.Single(q => q.Id == user.Jetty.Id).Depth);

        user.Post(WorkRequest.Write(user.Memory.Range(0, 8), target.At(0, 8)));
        Assert.Equal(1, user.Context.GetStatistics().Outstanding);
        Assert.True(user.SendJfc.Next().IsSuccess);
        Assert.Equal(0, user.Context.GetStatistics().Outstanding);
    }

    [Fact]
    public void Many_contexts_reach_each_other()
    {
        int count = Harness.ManyContexts;
        var shape = new EndpointShape { MemoryLength = count * 16L, SendDepth = count, ReceiveDepth = count };
        Endpoint[] endpoints = [.. Enumerable.Range(0, count).Select(_ => NewEndpoint(shape))];
        Assert.Equal(count, endpoints.Select(endpoint => endpoint.Context.Uasid).Distinct().Count());
        foreach (Endpoint endpoint in endpoints)
        {
            for (int i = 0; i < count - 1; i++)
            {
                endpoint.PostReceive(i * 16L, 8, (ulong)i);
            }
        }

        // Each thread drives a share of the contexts: all pairs, both directions.
        Threads.Run(4, share =>
        {
            for (int from = share; from < count; from += 4)
            {
                Endpoint sender = endpoints[from];
                for (int step = 1; step < count; step++)
                {
                    int to = (from + step) % count;
                    long slot = (count - 1) * 16L;
                    MemoryMarshal.Write(sender.Memory.AsSpan(slot, 8), ((long)from << 32) | (uint)to);
                    sender.Succeed(WorkRequest.Send(sender.Reach(endpoints[to]), sender.Memory.Range(slot, 8), (ulong)to));
                }
            }
        });

        for (int to = 0; to < count; to++)
        {
            Dictionary<uint, int> index = endpoints.Select((endpoint, i) => (endpoint.Context.Uasid, i)).ToDictionary();
            var seen = new HashSet<int>();
            for (int i = 0; i < count - 1; i++)
            {
                ReceiveCompletion received = endpoints[to].ReceiveJfc.NextReceive();
                Assert.True(received.Completion.IsSuccess);
                int from = index[received.SourceUasid];
                Assert.True(seen.Add(from));
                long message = MemoryMarshal.Read<long>(endpoints[to].Memory.AsSpan((long)received.Completion.UserContext * 16, 8));
                Assert.Equal(((long)from << 32) | (uint)to, message);
            }

            endpoints[to].ReceiveJfc.AssertEmpty();
        }
    }

    [Fact]
    public void Contexts_can_be_opened_and_closed_at_the_same_time()
    {
        using UrmaContext hub = Harness.Open();
        using Segment segment = hub.AllocateSegment(4096);
        Threads.Run(4, index =>
        {
            for (int i = 0; i < 15; i++)
            {
                using UrmaContext context = Harness.Open();
                using var endpoint = new Endpoint(context);
                endpoint.Memory.AsSpan(0, 8).Fill((byte)(index + 1));
                TargetSegment target = endpoint.Import(segment);
                endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(0, 8), target.At(index * 8, 8)));
            }
        });
        Assert.Equal(Enumerable.Range(1, 4).SelectMany(i => Enumerable.Repeat((byte)i, 8)), segment.AsSpan(0, 32).ToArray());
    }

    [SkippableFact]
    public void A_peer_that_leaves_is_reported_once_with_its_name()
    {
        Skip.IfNot(Harness.ReportsDepartures, "The provider does not report departures.");
        UrmaContext stays = Open();
        UrmaContext leaves = Open(new UrmaContextOptions { Label = "the-leaver" });
        uint uasid = leaves.Uasid;
        Segment segment = leaves.AllocateSegment(64);
        using TargetSegment target = stays.ImportSegment(segment.Descriptor, segment.Token);
        var lost = new List<PeerLostEventArgs>();
        stays.PeerLost += (_, args) =>
        {
            lock (lost)
            {
                lost.Add(args);
            }
        };
        stays.PeerLost += (_, _) => throw new InvalidOperationException("A handler's own mistake.");

        leaves.Dispose();

        Threads.Until(() => Count(lost) > 0, "the departure is reported");
        Thread.Sleep(Bounds.UntilAsleep);
        PeerLostEventArgs one = Assert.Single(lost);
        Assert.Equal((stays.Eid, uasid, Environment.ProcessId), (one.Eid, one.Uasid, one.ProcessId));
        Assert.Contains("the-leaver", one.Reason, StringComparison.Ordinal);

        static int Count(List<PeerLostEventArgs> list)
        {
            lock (list)
            {
                return list.Count;
            }
        }
    }

    [Fact]
    public void Messages_to_a_context_that_left_fail_and_name_it()
    {
        Endpoint sender = NewEndpoint();
        UrmaContext leaves = Open(new UrmaContextOptions { Label = "the-leaver" });
        var receiver = new Endpoint(leaves);
        TargetJetty target = sender.Reach(receiver);
        receiver.PostReceive(0, 64);
        sender.Succeed(WorkRequest.Send(target, sender.Memory.Range(0, 8)));
        sender.Post(WorkRequest.Send(target, sender.Memory.Range(0, 8), 2));

        leaves.Dispose();

        Completion waiting = sender.SendJfc.Next();
        Assert.Equal(2ul, waiting.UserContext);
        Assert.Contains(waiting.Status, new[] { CompletionStatus.AckTimeout, CompletionStatus.RemoteOperationError });
        if (Harness.ReportsDepartures)
        {
            Threads.Until(() => target.Fault is not null, "the target knows its peer is gone");
            Assert.Contains("the-leaver", target.Fault, StringComparison.Ordinal);
        }

        Completion late = sender.Execute(WorkRequest.Send(target, sender.Memory.Range(0, 8), 3));
        Assert.Contains(late.Status, new[] { CompletionStatus.AckTimeout, CompletionStatus.RemoteOperationError });
        receiver.Dispose();
    }

    [Fact]
    public void Other_peers_are_not_disturbed_by_one_that_leaves()
    {
        Endpoint sender = NewEndpoint();
        Endpoint stays = NewEndpoint();
        TargetJetty target = sender.Reach(stays);
        for (int i = 0; i < 10; i++)
        {
            using (UrmaContext leaves = Harness.Open())
            using (var receiver = new Endpoint(leaves))
            {
                receiver.PostReceive(0, 64);
                sender.Succeed(WorkRequest.Send(sender.Reach(receiver), sender.Memory.Range(0, 8)));
            }

            stays.PostReceive(0, 64, (ulong)i);
            sender.Succeed(WorkRequest.Send(target, sender.Memory.Range(0, 8)));
            Assert.Equal((ulong)i, stays.ReceiveJfc.NextSuccess().UserContext);
        }
    }
}
