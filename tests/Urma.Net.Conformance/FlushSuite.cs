namespace Urma.Net.Conformance;

/// <summary>Closing with work outstanding: every operation completes exactly once.</summary>
public abstract class FlushSuite(ProviderHarness harness) : ConformanceSuite(harness)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Waiting_sends_are_flushed_in_order(bool dispose)
    {
        (Endpoint sender, Endpoint receiver, TargetJetty target) = Connect();
        for (ulong i = 0; i < 10; i++)
        {
            WorkRequest request = WorkRequest.Send(target, sender.Memory.Range(0, 8), i);
            sender.Post(i % 3 == 2 ? request.Unsignaled() : request);
        }

        if (dispose)
        {
            sender.Jetty.Dispose();
        }
        else
        {
            sender.Jetty.ModifyToError();
            Assert.Equal(JettyState.Error, sender.Jetty.State);
        }

        Completion[] completions = sender.SendJfc.Take(10);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (ulong)i), completions.Select(completion => completion.UserContext));
        Assert.All(completions, completion => Assert.Equal((CompletionStatus.WorkRequestFlushed, 0L), (completion.Status, completion.ByteCount)));
        sender.SendJfc.AssertEmpty();
        Assert.Equal(UrmaStatus.Failed, sender.Jetty.Post([WorkRequest.Nop(1)], out int posted));
        Assert.Equal(0, posted);

        receiver.PostReceive(0, 64, 1);
        Thread.Sleep(Bounds.UntilAsleep);
        receiver.ReceiveJfc.AssertEmpty();
    }

    [Fact]
    public void What_was_done_before_closing_stays_done()
    {
        (Endpoint sender, Endpoint receiver, TargetJetty target) = Connect();
        receiver.PostReceive(0, 64, 1);
        sender.Post(WorkRequest.Send(target, sender.Memory.Range(0, 8), 1));
        sender.Post(WorkRequest.Send(target, sender.Memory.Range(0, 8), 2));

        sender.Jetty.Dispose();

        Completion[] completions = sender.SendJfc.Take(2);
        Assert.Equal([CompletionStatus.Success, CompletionStatus.WorkRequestFlushed], completions.Select(completion => completion.Status));
        Assert.Equal(1ul, receiver.ReceiveJfc.NextSuccess().UserContext);
        receiver.ReceiveJfc.AssertEmpty();
    }

    [Fact]
    public void Unfilled_receives_are_flushed_once_and_senders_are_told()
    {
        (Endpoint sender, Endpoint receiver, TargetJetty target) = Connect();
        for (ulong i = 0; i < 8; i++)
        {
            receiver.PostReceive(0, 64, i);
        }

        sender.Succeed(WorkRequest.Send(target, sender.Memory.Range(0, 8)));
        sender.Succeed(WorkRequest.Send(target, sender.Memory.Range(0, 8)));

        receiver.Jetty.Dispose();

        Completion[] completions = receiver.ReceiveJfc.Take(8);
        Assert.Equal(Enumerable.Range(0, 8).Select(i => (ulong)i), completions.Select(completion => completion.UserContext));
        Assert.All(completions.Take(2), completion => Assert.Equal(CompletionStatus.Success, completion.Status));
        Assert.All(completions.Skip(2), completion => Assert.Equal(CompletionStatus.WorkRequestFlushed, completion.Status));
        Assert.All(completions, completion => Assert.True(completion.IsReceive));
        receiver.ReceiveJfc.AssertEmpty();
        sender.Fail(WorkRequest.Send(target, sender.Memory.Range(0, 8)), CompletionStatus.RemoteOperationError);
    }

    [Fact]
    public void A_sender_that_waits_for_a_receive_is_told_when_the_queue_closes()
    {
        (Endpoint sender, Endpoint receiver, TargetJetty target) = Connect();
        sender.Post(WorkRequest.Send(target, sender.Memory.Range(0, 8), 1));
        Thread.Sleep(Bounds.UntilAsleep);

        receiver.Jetty.Dispose();

        Completion completion = sender.SendJfc.Next();
        Assert.Equal((1ul, CompletionStatus.RemoteOperationError), (completion.UserContext, completion.Status));
    }

    [Fact]
    public void Work_for_the_engine_ends_once_when_the_queue_closes()
    {
        int length = (int)Math.Min(16 << 20, Harness.LargestOperation);
        Endpoint endpoint = NewEndpoint(new EndpointShape { MemoryLength = length, EngineThreshold = 1 << 20 });
        Segment segment = Own(Open().AllocateSegment(length));
        TargetSegment target = endpoint.Import(segment);
        for (ulong i = 0; i < 10; i++)
        {
            endpoint.Post(WorkRequest.Write(endpoint.Memory.Range(), target.At(0, length), i));
        }

        endpoint.Jetty.Dispose();

        Completion[] completions = endpoint.SendJfc.Take(10);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (ulong)i), completions.Select(completion => completion.UserContext));
        Assert.All(completions, completion => Assert.Contains(completion.Status, new[] { CompletionStatus.Success, CompletionStatus.WorkRequestFlushed }));
        endpoint.SendJfc.AssertEmpty();
        // Nothing writes any more once the queue is closed.
        segment.AsSpan().Fill(0x5A);
        Thread.Sleep(Bounds.UntilAsleep);
        Assert.Equal(-1, segment.AsSpan().IndexOfAnyExcept((byte)0x5A));
    }

    [Fact]
    public void Closing_in_the_middle_of_a_stream_balances_the_books()
    {
        var random = new Random(11);
        for (int round = 0; round < 30; round++)
        {
            using UrmaContext from = Harness.Open();
            using UrmaContext to = Harness.Open();
            using var sender = new Endpoint(from, new EndpointShape { SendDepth = 16 });
            using var receiver = new Endpoint(to, new EndpointShape { ReceiveDepth = 8 });
            TargetJetty target = sender.Reach(receiver);
            ulong posted = 0;
            ulong offered = 0;
            bool closeSender = round % 2 == 0;
            int closeAfter = random.Next(1, 200);
            var sent = new List<Completion>();
            var received = new List<Completion>();
            Threads.Run(
                () =>
                {
                    var buffer = new Completion[16];
                    for (int i = 0; i < 400; i++)
                    {
                        if (closeSender && i == closeAfter)
                        {
                            sender.Jetty.Dispose();
                        }

                        if (sender.Jetty.Post(WorkRequest.Send(target, sender.Memory.Range(0, 8), posted)) == UrmaStatus.Success)
                        {
                            posted++;
                        }

                        sent.AddRange(buffer.AsSpan(0, sender.SendJfc.Poll(buffer)));
                        Thread.Yield();
                    }
                },
                () =>
                {
                    var buffer = new Completion[16];
                    for (int i = 0; i < 400; i++)
                    {
                        if (!closeSender && i == closeAfter)
                        {
                            receiver.Jetty.Dispose();
                        }

                        if (receiver.Jetty.PostReceive(new ReceiveRequest(receiver.Memory.Range(0, 8), offered)) == UrmaStatus.Success)
                        {
                            offered++;
                        }

                        received.AddRange(buffer.AsSpan(0, receiver.ReceiveJfc.Poll(buffer)));
                        Thread.Yield();
                    }
                });

            sender.Jetty.Dispose();
            receiver.Jetty.Dispose();
            sent.AddRange(sender.SendJfc.Take((int)posted - sent.Count));
            received.AddRange(receiver.ReceiveJfc.Take((int)offered - received.Count));
            sender.SendJfc.AssertEmpty();
            receiver.ReceiveJfc.AssertEmpty();

            Assert.Equal(Enumerable.Range(0, (int)posted).Select(i => (ulong)i), sent.Select(completion => completion.UserContext));
            Assert.Equal(Enumerable.Range(0, (int)offered).Select(i => (ulong)i), received.Select(completion => completion.UserContext).Order());
            int arrived = received.Count(completion => completion.IsSuccess);
            int delivered = sent.Count(completion => completion.IsSuccess);
            Assert.InRange(arrived, delivered, Harness.CutOffWorkHasNotRun ? delivered : int.MaxValue);
            Assert.All(received, completion => Assert.Contains(completion.Status, new[] { CompletionStatus.Success, CompletionStatus.WorkRequestFlushed }));
            Assert.All(sent, completion => Assert.Contains(
                completion.Status, new[] { CompletionStatus.Success, CompletionStatus.WorkRequestFlushed, CompletionStatus.RemoteOperationError }));
        }
    }

    [Fact]
    public void A_context_closes_with_everything_open_below_it()
    {
        UrmaContext context = Harness.Open();
        Endpoint peer = NewEndpoint();
        var endpoint = new Endpoint(context, new EndpointShape());
        TargetJetty target = endpoint.Reach(peer);
        TargetSegment memory = endpoint.Import(peer.Memory);
        peer.Reach(endpoint);
        TargetSegment back = peer.Import(endpoint.Memory);
        endpoint.PostReceive(0, 64);
        endpoint.Post(WorkRequest.Send(target, endpoint.Memory.Range(0, 8), 1));
        endpoint.Post(WorkRequest.Write(endpoint.Memory.Range(0, 8), memory.At(0, 8), 2));

        context.Dispose();
        context.Dispose();

        if (Harness.ReportsDepartures)
        {
            Threads.Until(() => back.IsRevoked, "the peer notices");
        }

        Exception?[] errors =
        [
            Record.Exception(() => context.CreateJfc()),
            Record.Exception(() => context.AllocateSegment(64)),
            Record.Exception(() => context.ImportSegment(peer.Memory.Descriptor, peer.Memory.Token)),
            Record.Exception(() => context.ImportJetty(peer.Jetty.Descriptor, peer.Jetty.Token)),
            Record.Exception(() => context.Publish("late", [])),
        ];
        Assert.All(errors, error => Assert.True(error is ObjectDisposedException or UrmaException, error?.ToString() ?? "A closed context went on working."));
        Assert.NotEqual(UrmaStatus.Success, endpoint.Jetty.Post(WorkRequest.Nop(3)));
        endpoint.Dispose();
    }

    [Fact]
    public void A_waiter_does_not_outlive_its_context()
    {
        UrmaContext context = Harness.Open();
        Jfc jfc = context.CreateJfc();
        Threads.Run(
            () =>
            {
                // How it ends is the provider's choice; that it ends is not.
                Exception? error = Record.Exception(() => jfc.Wait(new Completion[1], Timeout.InfiniteTimeSpan));
                Assert.True(error is null or ObjectDisposedException or UrmaException or OperationCanceledException, error?.ToString());
            },
            () =>
            {
                Thread.Sleep(Bounds.UntilAsleep);
                long start = Environment.TickCount64;
                context.Dispose();
                Assert.True(Environment.TickCount64 - start < 15_000, "Closing the context waited for its waiter.");
            });
    }

    [Fact]
    public async Task A_context_closes_asynchronously_too()
    {
        UrmaContext context = Harness.Open();
        Endpoint peer = NewEndpoint();
        TargetSegment target = peer.Import(context.AllocateSegment(64));
        await context.DisposeAsync();
        if (Harness.ReportsDepartures)
        {
            Threads.Until(() => target.IsRevoked, "the peer notices");
        }

        Assert.False(peer.Execute(WorkRequest.Write(peer.Memory.Range(0, 8), target.At(0, 8))).IsSuccess);
    }

    private (Endpoint Sender, Endpoint Receiver, TargetJetty Target) Connect()
    {
        Endpoint sender = NewEndpoint();
        Endpoint receiver = NewEndpoint();
        return (sender, receiver, sender.Reach(receiver));
    }
}
