namespace Urma.Net.Conformance;

/// <summary>Completion queues and event channels: capacity, polling, waiting, events.</summary>
public abstract class CompletionSuite(ProviderHarness harness) : ConformanceSuite(harness)
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(60);

    [Fact]
    public void A_queue_that_could_overflow_its_jfc_cannot_be_made()
    {
        UrmaContext context = Open();
        using Jfc jfc = context.CreateJfc(new JfcOptions { Depth = 32 });
        int depth = jfc.Depth;
        Assert.True(depth >= 32);
        Jfs first = context.CreateJfs(new JfsOptions { SendJfc = jfc, Depth = depth / 2 });
        Jfr second = context.CreateJfr(new JfrOptions { ReceiveJfc = jfc, Depth = depth / 2 });

        AssertFullJfc(() => context.CreateJfs(new JfsOptions { SendJfc = jfc, Depth = 1 }).Dispose());
        AssertFullJfc(() => context.CreateJfr(new JfrOptions { ReceiveJfc = jfc, Depth = 1 }).Dispose());
        AssertFullJfc(() => context.CreateJetty(new JettyOptions { SendJfc = jfc, Depth = 1 }).Dispose());

        first.Dispose();
        second.Dispose();
        jfc.AssertEmpty();
        using Jfs third = context.CreateJfs(new JfsOptions { SendJfc = jfc, Depth = depth });
        Assert.Equal(depth, third.Depth);
    }

    [Fact]
    public void A_jetty_that_fits_only_by_half_leaves_nothing_behind()
    {
        UrmaContext context = Open();
        using Jfc jfc = context.CreateJfc(new JfcOptions { Depth = 64 });
        int depth = jfc.Depth;
        for (int i = 0; i < 10; i++)
        {
            AssertFullJfc(() => context.CreateJetty(new JettyOptions
            {
                SendJfc = jfc,
                Depth = depth,
                Receive = new JfrOptions { ReceiveJfc = jfc, Depth = 1 },
            }).Dispose());
        }

        using Jetty fits = context.CreateJetty(new JettyOptions
        {
            SendJfc = jfc,
            Depth = depth / 2,
            Receive = new JfrOptions { ReceiveJfc = jfc, Depth = depth / 2 },
        });
        Assert.Equal(JettyState.Ready, fits.State);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void Depths_outside_the_limits_are_refused(int depth)
    {
        UrmaContext context = Open();
        using Jfc jfc = context.CreateJfc();
        AssertInvalid(() => context.CreateJfc(new JfcOptions { Depth = depth }).Dispose());
        AssertInvalid(() => context.CreateJfs(new JfsOptions { SendJfc = jfc, Depth = depth }).Dispose());
        AssertInvalid(() => context.CreateJfr(new JfrOptions { ReceiveJfc = jfc, Depth = depth }).Dispose());
        AssertInvalid(() => context.CreateJfr(new JfrOptions { ReceiveJfc = jfc, MaxSge = depth }).Dispose());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(8)]
    public void Retry_counts_outside_the_limits_are_refused(int retries)
    {
        UrmaContext context = Open();
        using Jfc jfc = context.CreateJfc();
        AssertInvalid(() => context.CreateJfs(new JfsOptions { SendJfc = jfc, RnrRetry = retries }).Dispose());
    }

    [Fact]
    public void Objects_of_another_context_are_refused()
    {
        UrmaContext context = Open();
        using Jfc foreign = Open().CreateJfc();
        AssertInvalid(() => context.CreateJfs(new JfsOptions { SendJfc = foreign }).Dispose());
        AssertInvalid(() => context.CreateJfr(new JfrOptions { ReceiveJfc = foreign }).Dispose());
    }

    [Fact]
    public void Polling_takes_no_more_than_asked_and_nothing_twice()
    {
        Endpoint endpoint = NewEndpoint();
        for (ulong i = 0; i < 10; i++)
        {
            endpoint.Post(WorkRequest.Nop(i));
        }

        Span<Completion> buffer = stackalloc Completion[4];
        Assert.Equal(0, endpoint.SendJfc.Poll(Span<Completion>.Empty));
        Assert.Equal(0, endpoint.SendJfc.Wait(Span<Completion>.Empty, Bounds.Operation));
        ulong next = 0;
        while (next < 10)
        {
            int taken = endpoint.SendJfc.Poll(buffer);
            Assert.InRange(taken, 1, 4);
            foreach (Completion completion in buffer[..taken])
            {
                Assert.Equal(next++, completion.UserContext);
            }
        }

        Assert.Equal(0, endpoint.SendJfc.Poll(buffer));
    }

    [Fact]
    public void Both_forms_of_polling_take_from_one_queue()
    {
        Endpoint endpoint = NewEndpoint();
        endpoint.Post(WorkRequest.Nop(1));
        endpoint.Post(WorkRequest.Nop(2));
        Assert.Equal(1ul, endpoint.SendJfc.Next().UserContext);
        ReceiveCompletion wide = endpoint.SendJfc.NextReceive();
        Assert.Equal(2ul, wide.Completion.UserContext);
        Assert.False(wide.Completion.IsReceive);
        endpoint.SendJfc.AssertEmpty();
    }

    [Fact]
    public void Several_queues_may_share_a_jfc()
    {
        UrmaContext context = Open();
        using Jfc jfc = context.CreateJfc();
        using Segment memory = context.AllocateSegment(4096);
        Jetty[] jetties = [.. Enumerable.Range(0, 10).Select(_ => context.CreateJetty(new JettyOptions { SendJfc = jfc, Depth = 16 }))];
        TargetJetty[] targets = [.. jetties.Select(jetty => context.ImportJetty(jetty.Descriptor, jetty.Token))];
        for (int i = 0; i < jetties.Length; i++)
        {
            Assert.Equal(UrmaStatus.Success, jetties[(i + 1) % 10].PostReceive(new ReceiveRequest(memory.Range(i * 8, 8), (ulong)(100 + i))));
            Assert.Equal(UrmaStatus.Success, jetties[i].Post(WorkRequest.Send(targets[(i + 1) % 10], memory.Range(2048, 8), (ulong)i)));
        }

        Completion[] completions = jfc.Take(20);
        Assert.Equal(Enumerable.Range(0, 10).Concat(Enumerable.Range(100, 10)).Select(i => (ulong)i), completions.Select(completion => completion.UserContext).Order());
        Assert.All(completions, completion => Assert.Equal(completion.UserContext >= 100, completion.IsReceive));
        foreach (IDisposable instance in targets.Concat<IDisposable>(jetties))
        {
            instance.Dispose();
        }
    }

    [Fact]
    public void A_wait_that_finds_nothing_ends_after_its_time()
    {
        Endpoint endpoint = NewEndpoint();
        Span<Completion> one = stackalloc Completion[1];
        long start = Environment.TickCount64;
        Assert.Equal(0, endpoint.SendJfc.Wait(one, Short));
        Assert.False(endpoint.SendJfc.WaitUntilReady(Short));
        Assert.True(Environment.TickCount64 - start >= 100, "Two waits of 60 ms returned too early.");
        Assert.False(endpoint.SendJfc.WaitUntilReady(TimeSpan.Zero));
    }

    [Fact]
    public void A_wait_can_be_cancelled_before_and_while_it_sleeps()
    {
        Endpoint endpoint = NewEndpoint();
        using var early = new CancellationTokenSource();
        early.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => endpoint.SendJfc.Wait(new Completion[1], Bounds.Operation, early.Token));
        for (int i = 0; i < 5; i++)
        {
            using var late = new CancellationTokenSource(Bounds.UntilAsleep);
            Assert.ThrowsAny<OperationCanceledException>(() => endpoint.SendJfc.Wait(new Completion[1], Timeout.InfiniteTimeSpan, late.Token));
        }

        endpoint.Post(WorkRequest.Nop(4));
        Assert.Equal(4ul, endpoint.SendJfc.NextSuccess().UserContext);
    }

    [Fact]
    public void A_cancelled_token_does_not_hide_a_completion_that_is_there()
    {
        Endpoint endpoint = NewEndpoint();
        endpoint.Post(WorkRequest.Nop(4));
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var one = new Completion[1];
        Exception? error = Record.Exception(() => endpoint.SendJfc.Wait(one, Bounds.Operation, cancelled.Token));
        if (error is OperationCanceledException)
        {
            Assert.Equal(4ul, endpoint.SendJfc.NextSuccess().UserContext);
        }
        else
        {
            Assert.Null(error);
            Assert.Equal(4ul, one[0].UserContext);
        }
    }

    [Fact]
    public void A_sleeping_waiter_is_woken_by_a_message()
    {
        Endpoint sender = NewEndpoint();
        Endpoint receiver = NewEndpoint();
        TargetJetty target = sender.Reach(receiver);
        for (ulong round = 0; round < 10; round++)
        {
            receiver.PostReceive(0, 4096, round);
            Threads.Run(
                () => Assert.Equal(round, receiver.ReceiveJfc.NextSuccess().UserContext),
                () =>
                {
                    Thread.Sleep(Bounds.UntilAsleep);
                    sender.Succeed(WorkRequest.Send(target, sender.Memory.Range(0, round % 2 == 0 ? 8 : 4000)));
                });
        }
    }

    [Fact]
    public void A_sleeping_waiter_is_woken_by_a_post_of_another_thread()
    {
        Endpoint endpoint = NewEndpoint();
        Threads.Run(
            () => Assert.Equal(9ul, endpoint.SendJfc.NextSuccess().UserContext),
            () =>
            {
                Thread.Sleep(Bounds.UntilAsleep);
                endpoint.Post(WorkRequest.Nop(9));
            });
    }

    [Fact]
    public void Wakeups_are_never_lost_however_the_waiter_and_the_sender_meet()
    {
        int rounds = Harness.Repeated(3_000);
        Endpoint sender = NewEndpoint();
        Endpoint receiver = NewEndpoint();
        TargetJetty target = sender.Reach(receiver);
        using var turn = new Barrier(2);
        Threads.Run(
            () =>
            {
                for (int i = 0; i < rounds; i++)
                {
                    receiver.PostReceive(0, 64, (ulong)i);
                    Assert.True(turn.SignalAndWait(Bounds.Scenario));
                    Assert.Equal((ulong)i, receiver.ReceiveJfc.NextSuccess().UserContext);
                }
            },
            () =>
            {
                var random = new Random(7);
                for (int i = 0; i < rounds; i++)
                {
                    Assert.True(turn.SignalAndWait(Bounds.Scenario));
                    // Somewhere between the waiter's spinning and its sleep.
                    Thread.SpinWait(random.Next(0, 20_000));
                    sender.Succeed(WorkRequest.Send(target, sender.Memory.Range(0, 8)));
                }
            });
    }

    [Fact]
    public void An_idle_waiter_uses_next_to_no_processor_time()
    {
        Endpoint endpoint = NewEndpoint();
        endpoint.SendJfc.WaitUntilReady(Short);
        TimeSpan before = ThreadClock.Now;
        Assert.False(endpoint.SendJfc.WaitUntilReady(TimeSpan.FromSeconds(2)));
        TimeSpan used = ThreadClock.Now - before;
        // One per cent is the goal; five leave room for a busy machine and none for a spinning waiter.
        Assert.True(used < TimeSpan.FromMilliseconds(100), $"Two seconds of waiting used {used.TotalMilliseconds} ms of processor time.");
    }

    [Fact]
    public void Arming_needs_an_event_channel()
    {
        Endpoint endpoint = NewEndpoint();
        Assert.Null(endpoint.SendJfc.Jfce);
        Assert.Throws<InvalidOperationException>(() => endpoint.SendJfc.Rearm());
    }

    [Fact]
    public void An_armed_jfc_raises_one_event()
    {
        UrmaContext context = Open();
        using Jfce jfce = context.CreateJfce();
        using var endpoint = new Endpoint(context, new EndpointShape { Jfce = jfce });
        var ready = new Jfc[4];
        Assert.Same(jfce, endpoint.SendJfc.Jfce);
        Assert.Equal(0, jfce.Wait(ready, TimeSpan.Zero));

        endpoint.SendJfc.Rearm();
        endpoint.SendJfc.AssertEmpty();
        Assert.Equal(0, jfce.Wait(ready, Short));
        endpoint.Post(WorkRequest.Nop(1));
        Assert.Equal(1, jfce.Wait(ready, Bounds.Operation));
        Assert.Same(endpoint.SendJfc, ready[0]);
        endpoint.Post(WorkRequest.Nop(2));
        Assert.Equal(0, jfce.Wait(ready, Short));
        Assert.Equal([1, 2], endpoint.SendJfc.Take(2).Select(completion => completion.UserContext));

        endpoint.SendJfc.Rearm();
        endpoint.Post(WorkRequest.Nop(3));
        Assert.Equal(1, jfce.Wait(ready, Bounds.Operation));
        Assert.Equal(3ul, endpoint.SendJfc.NextSuccess().UserContext);
    }

    [Fact]
    public void An_unarmed_jfc_raises_no_event()
    {
        UrmaContext context = Open();
        using Jfce jfce = context.CreateJfce();
        using var endpoint = new Endpoint(context, new EndpointShape { Jfce = jfce });
        endpoint.Post(WorkRequest.Nop(1));
        Assert.Equal(0, jfce.Wait(new Jfc[4], Short));
        endpoint.SendJfc.NextSuccess();
    }

    [Fact]
    public void One_channel_serves_many_jfcs_and_names_those_that_are_ready()
    {
        UrmaContext context = Open();
        using Jfce jfce = context.CreateJfce();
        Endpoint[] endpoints = [.. Enumerable.Range(0, 6).Select(_ => new Endpoint(context, new EndpointShape { Jfce = jfce }))];
        Endpoint sender = NewEndpoint();
        TargetJetty[] targets = [.. endpoints.Select(sender.Reach)];
        foreach (Endpoint endpoint in endpoints)
        {
            endpoint.PostReceive(0, 4096);
            endpoint.ReceiveJfc.Rearm();
        }

        sender.Succeed(WorkRequest.Send(targets[4], sender.Memory.Range(0, 8)));
        sender.Succeed(WorkRequest.Send(targets[1], sender.Memory.Range(0, 4000)));

        var seen = new HashSet<Jfc>();
        var ready = new Jfc[8];
        while (seen.Count < 2)
        {
            int count = jfce.Wait(ready, Bounds.Operation);
            Assert.True(count > 0, "An event was lost.");
            Assert.All(ready.Take(count), jfc => Assert.True(seen.Add(jfc), "One arming raised two events."));
        }

        Assert.Equal(new HashSet<Jfc> { endpoints[4].ReceiveJfc, endpoints[1].ReceiveJfc }, seen);
        Assert.Equal(0, jfce.Wait(ready, Short));
        foreach (Endpoint endpoint in endpoints)
        {
            endpoint.Dispose();
        }
    }

    [Fact]
    public void A_channel_armed_for_solicited_events_sleeps_through_the_others()
    {
        UrmaContext context = Open();
        using Jfce jfce = context.CreateJfce();
        using var receiver = new Endpoint(context, new EndpointShape { Jfce = jfce });
        Endpoint sender = NewEndpoint();
        TargetJetty target = sender.Reach(receiver);
        var ready = new Jfc[1];
        receiver.PostReceive(0, 64, 1);
        receiver.PostReceive(0, 64, 2);
        receiver.ReceiveJfc.Rearm(solicitedOnly: true);

        sender.Succeed(WorkRequest.Send(target, sender.Memory.Range(0, 8)));
        Assert.Equal(0, jfce.Wait(ready, Bounds.UntilAsleep));
        WorkRequest solicited = WorkRequest.Send(target, sender.Memory.Range(0, 8));
        solicited.Flags |= WorkRequestFlags.Solicited;
        sender.Succeed(in solicited);
        Assert.Equal(1, jfce.Wait(ready, Bounds.Operation));

        Completion[] completions = receiver.ReceiveJfc.Take(2);
        Assert.False(completions[0].Flags.HasFlag(CompletionFlags.Solicited));
        Assert.Equal(Harness.ReportsSolicited, completions[1].Flags.HasFlag(CompletionFlags.Solicited));
    }

    [SkippableFact]
    public void An_error_raises_a_solicited_event()
    {
        Skip.IfNot(Harness.RaisesFailuresAsSolicited, "The device wakes only for messages that ask for it, failed or not.");
        UrmaContext context = Open();
        using Jfce jfce = context.CreateJfce();
        using var receiver = new Endpoint(context, new EndpointShape { Jfce = jfce });
        Endpoint sender = NewEndpoint();
        receiver.PostReceive(0, 4, 1);
        receiver.ReceiveJfc.Rearm(solicitedOnly: true);
        sender.Fail(WorkRequest.Send(sender.Reach(receiver), sender.Memory.Range(0, 8)), Harness.TooLongStatus);
        Assert.Equal(1, jfce.Wait(new Jfc[1], Bounds.Operation));
        Assert.Equal(CompletionStatus.LocalLengthError, receiver.ReceiveJfc.Next().Status);
    }

    [Fact]
    public void Event_mode_loses_nothing_in_a_stream()
    {
        int count = Harness.Repeated(5_000);
        UrmaContext context = Open();
        using Jfce jfce = context.CreateJfce();
        using var receiver = new Endpoint(context, new EndpointShape { Jfce = jfce, ReceiveDepth = 8 });
        Endpoint sender = NewEndpoint();
        TargetJetty target = sender.Reach(receiver);
        for (int i = 0; i < 8; i++)
        {
            receiver.PostReceive(i * 64, 64);
        }

        Threads.Run(
            () =>
            {
                var random = new Random(3);
                for (int i = 0; i < count; i++)
                {
                    sender.Succeed(WorkRequest.Send(target, sender.Memory.Range(0, 8)));
                    Thread.SpinWait(random.Next(0, 3000));
                }
            },
            () =>
            {
                var completions = new Completion[8];
                var ready = new Jfc[1];
                int received = 0;
                while (received < count)
                {
                    receiver.ReceiveJfc.Rearm();
                    int taken = receiver.ReceiveJfc.Poll(completions);
                    if (taken == 0)
                    {
                        Assert.Equal(1, jfce.Wait(ready, Bounds.Operation));
                        taken = receiver.ReceiveJfc.Poll(completions);
                    }

                    for (int i = 0; i < taken; i++)
                    {
                        Assert.True(completions[i].IsSuccess);
                        receiver.PostReceive(0, 64);
                    }

                    received += taken;
                }
            });
    }

    [Fact]
    public void Waiting_for_events_can_be_cancelled()
    {
        UrmaContext context = Open();
        using Jfce jfce = context.CreateJfce();
        using var endpoint = new Endpoint(context, new EndpointShape { Jfce = jfce });
        endpoint.SendJfc.Rearm();
        using var cancel = new CancellationTokenSource(Bounds.UntilAsleep);
        Assert.ThrowsAny<OperationCanceledException>(() => jfce.Wait(new Jfc[1], Timeout.InfiniteTimeSpan, cancel.Token));
        endpoint.Post(WorkRequest.Nop(1));
        Assert.Equal(1, jfce.Wait(new Jfc[1], Bounds.Operation));
    }

    [Fact]
    public void What_is_in_use_cannot_be_closed()
    {
        UrmaContext context = Open();
        Jfce jfce = context.CreateJfce();
        Jfc jfc = context.CreateJfc(new JfcOptions { Jfce = jfce });
        Jfs jfs = context.CreateJfs(new JfsOptions { SendJfc = jfc });
        Assert.Throws<UrmaException>(jfc.Dispose);
        Assert.Throws<UrmaException>(jfce.Dispose);

        Assert.Equal(UrmaStatus.Success, jfs.Post(WorkRequest.Nop(1)));
        Assert.Equal(1ul, jfc.NextSuccess().UserContext);
        jfs.Dispose();
        jfs.Dispose();
        jfc.Dispose();
        jfc.Dispose();
        jfce.Dispose();
        jfce.Dispose();
    }

    private static void AssertFullJfc(Action call)
    {
        UrmaException error = Assert.Throws<UrmaException>(call);
        Assert.Contains("depth", error.Message, StringComparison.OrdinalIgnoreCase);
    }
}
