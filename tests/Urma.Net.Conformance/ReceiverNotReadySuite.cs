namespace Urma.Net.Conformance;

/// <summary>Messages that find no receive posted.</summary>
public abstract class ReceiverNotReadySuite(ProviderHarness harness) : ConformanceSuite(harness)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Retries_end(int retries)
    {
        (Endpoint sender, Endpoint receiver, TargetJetty target) = Connect(new EndpointShape { RnrRetry = retries });

        sender.Fail(WorkRequest.Send(target, sender.Memory.Range(0, 8), 1), CompletionStatus.RnrRetryCountExceeded);
        sender.Fail(WorkRequest.Send(target, sender.Memory.Range(0, 0), 2), CompletionStatus.RnrRetryCountExceeded);
        receiver.ReceiveJfc.AssertEmpty();

        receiver.PostReceive(0, 64, 3);
        sender.Succeed(WorkRequest.Send(target, sender.Memory.Range(0, 8), 4));
        Assert.Equal(3ul, receiver.ReceiveJfc.NextSuccess().UserContext);
        sender.Fail(WorkRequest.Send(target, sender.Memory.Range(0, 8), 5), CompletionStatus.RnrRetryCountExceeded);
    }

    [Fact]
    public void A_write_with_immediate_needs_a_receive_too()
    {
        (Endpoint sender, Endpoint receiver, TargetJetty target) = Connect(new EndpointShape { RnrRetry = 1 });
        TargetSegment memory = sender.Import(receiver.Memory);
        sender.Fail(WorkRequest.WriteImmediate(sender.Memory.Range(0, 8), memory.At(0, 8), target, 1), CompletionStatus.RnrRetryCountExceeded);
        receiver.ReceiveJfc.AssertEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(33)]
    [InlineData(60_000)]
    public void Without_end_of_retries_a_message_waits_for_its_receive(int length)
    {
        (Endpoint sender, Endpoint receiver, TargetJetty target) = Connect();
        Pattern.Fill(sender.Memory.AsSpan(0, length), 1);
        sender.Post(WorkRequest.Send(target, sender.Memory.Range(0, length), 1));
        Thread.Sleep(Bounds.UntilAsleep);
        sender.SendJfc.AssertEmpty();
        Assert.Equal(1, sender.Jetty.Outstanding);

        receiver.PostReceive(0, length, 2);

        Assert.Equal((2ul, (long)length), (receiver.ReceiveJfc.NextSuccess() is var received ? received.UserContext : 0, received.ByteCount));
        Assert.Equal(1ul, sender.SendJfc.NextSuccess().UserContext);
        Pattern.Verify(receiver.Memory.AsSpan(0, length), 1);
    }

    [Fact]
    public void A_waiting_message_is_delivered_although_its_sender_does_nothing()
    {
        (Endpoint sender, Endpoint receiver, TargetJetty target) = Connect();
        sender.Post(WorkRequest.Send(target, sender.Memory.Range(0, 8), 1));
        receiver.PostReceive(0, 8, 2);
        // The sender neither polls nor posts: the provider itself must see to it.
        Assert.Equal(2ul, receiver.ReceiveJfc.NextSuccess().UserContext);
    }

    [Fact]
    public void What_was_posted_behind_a_waiting_message_stays_behind_it()
    {
        (Endpoint sender, Endpoint receiver, TargetJetty target) = Connect();
        TargetSegment memory = sender.Import(receiver.Memory);
        sender.Memory.AsSpan().Fill(7);
        sender.Post(WorkRequest.Send(target, sender.Memory.Range(0, 8), 1));
        sender.Post(WorkRequest.Write(sender.Memory.Range(0, 8), memory.At(4096, 8), 2));
        sender.Post(WorkRequest.Send(target, sender.Memory.Range(0, 9), 3));
        sender.Post(WorkRequest.Nop(4));
        sender.SendJfc.AssertEmpty();
        Assert.Equal(0, receiver.Memory.AsSpan()[4096]);

        receiver.PostReceive(0, 64, 10);
        Assert.Equal(10ul, receiver.ReceiveJfc.NextSuccess().UserContext);
        Assert.Equal([1, 2], sender.SendJfc.Take(2).Select(completion => completion.UserContext));
        Assert.Equal(7, receiver.Memory.AsSpan()[4096]);
        sender.SendJfc.AssertEmpty();

        receiver.PostReceive(0, 64, 11);
        Assert.Equal((11ul, 9L), (receiver.ReceiveJfc.NextSuccess() is var second ? second.UserContext : 0, second.ByteCount));
        Assert.Equal([3, 4], sender.SendJfc.Take(2).Select(completion => completion.UserContext));
    }

    [Fact]
    public void One_waiting_queue_does_not_hold_up_another()
    {
        (Endpoint waiting, Endpoint silent, TargetJetty target) = Connect();
        using var lively = new Endpoint(waiting.Context);
        Endpoint receiver = NewEndpoint();
        TargetJetty open = lively.Reach(receiver);
        waiting.Post(WorkRequest.Send(target, waiting.Memory.Range(0, 8), 1));

        for (int i = 0; i < 100; i++)
        {
            receiver.PostReceive(0, 64);
            lively.Succeed(WorkRequest.Send(open, lively.Memory.Range(0, 8)));
            receiver.ReceiveJfc.NextSuccess();
        }

        waiting.SendJfc.AssertEmpty();
        silent.PostReceive(0, 64);
        waiting.SendJfc.NextSuccess();
    }

    [Fact]
    public void A_crowd_of_waiting_senders_is_served_one_receive_each()
    {
        Endpoint receiver = NewEndpoint();
        Endpoint[] senders = [.. Enumerable.Range(0, 6).Select(_ => NewEndpoint())];
        foreach (Endpoint sender in senders)
        {
            TargetJetty target = sender.Reach(receiver);
            sender.Post(WorkRequest.Send(target, sender.Memory.Range(0, 8), 1));
            sender.Post(WorkRequest.Send(target, sender.Memory.Range(0, 16), 2));
        }

        var sizes = new Dictionary<uint, List<long>>();
        for (int i = 0; i < 12; i++)
        {
            receiver.PostReceive(0, 64, (ulong)i);
            ReceiveCompletion received = receiver.ReceiveJfc.NextReceive();
            Assert.Equal((CompletionStatus.Success, (ulong)i), (received.Completion.Status, received.Completion.UserContext));
            if (!sizes.TryGetValue(received.SourceUasid, out List<long>? list))
            {
                sizes[received.SourceUasid] = list = [];
            }

            list.Add(received.Completion.ByteCount);
        }

        Assert.Equal(6, sizes.Count);
        Assert.All(sizes.Values, list => Assert.Equal([8, 16], list));
        Assert.All(senders, sender => Assert.Equal([1, 2], sender.SendJfc.Take(2).Select(completion => completion.UserContext)));
        receiver.ReceiveJfc.AssertEmpty();
    }

    private (Endpoint Sender, Endpoint Receiver, TargetJetty Target) Connect(EndpointShape? shape = null)
    {
        Endpoint sender = NewEndpoint(shape);
        Endpoint receiver = NewEndpoint();
        return (sender, receiver, sender.Reach(receiver));
    }
}
