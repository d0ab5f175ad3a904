using System.Runtime.InteropServices;

namespace Urma.Net.Conformance;

/// <summary>Many messages: nothing lost, nothing doubled, nothing overtaken, however full the queues are.</summary>
public abstract class StreamSuite(ProviderHarness harness) : ConformanceSuite(harness)
{
    [Theory]
    [InlineData(1, 1, 2_000, 64)]
    [InlineData(2, 8, 20_000, 64)]
    [InlineData(64, 4, 20_000, 200)]
    [InlineData(256, 256, 100_000, 64)]
    [InlineData(16, 256, 20_000, 2000)]
    public void A_stream_arrives_whole_and_in_order(int sendDepth, int receiveDepth, int count, int longest)
    {
        Endpoint receiver = NewEndpoint(new EndpointShape { ReceiveDepth = receiveDepth, MemoryLength = (long)receiveDepth * longest });
        UrmaContext context = Open();
        Threads.Run(
            () =>
            {
                using var sender = new Endpoint(context, new EndpointShape { SendDepth = sendDepth, MemoryLength = (long)sendDepth * longest });
                SendStream(sender, sender.Reach(receiver), count, longest, 1);
            },
            () => ReceiveStreams(receiver, receiveDepth, longest, [(context.Uasid, count)]));
    }

    [Fact]
    public void Unsignalled_messages_in_a_stream_are_delivered_too()
    {
        int count = Harness.Repeated(20_000);
        const int Depth = 32;
        const int Longest = 64;
        Endpoint receiver = NewEndpoint(new EndpointShape { ReceiveDepth = Depth, MemoryLength = Depth * Longest });
        UrmaContext context = Open();
        Threads.Run(
            () =>
            {
                using var sender = new Endpoint(context, new EndpointShape { SendDepth = Depth, MemoryLength = Depth * Longest });
                SendStream(sender, sender.Reach(receiver), count, Longest, signalEvery: 8);
            },
            () => ReceiveStreams(receiver, Depth, Longest, [(context.Uasid, count)]));
    }

    [Fact]
    public void Queues_of_one_context_that_meet_new_buffers_at_once_deliver_every_byte()
    {
        const int Buffers = 256;
        const int Depth = 32;
        const int Length = 100_000;
        const int Senders = 3;
        UrmaContext receiverContext = Open();
        Endpoint receiver = Own(new Endpoint(receiverContext, new EndpointShape { ReceiveDepth = Depth }));
        Segment[] buffers = [.. Enumerable.Range(0, Buffers).Select(_ => Own(receiverContext.AllocateSegment(Length)))];
        UrmaContext context = Open();
        TargetJetty target = Own(context.ImportJetty(receiver.Jetty.Descriptor, receiver.Jetty.Token));
        int left = Buffers;
        void Send()
        {
            using var sender = new Endpoint(context, new EndpointShape { MemoryLength = Length });
            sender.Memory.AsSpan().Fill(0xA5);
            while (Interlocked.Decrement(ref left) >= 0)
            {
                sender.Succeed(WorkRequest.Send(target, sender.Memory.Range(0, Length)));
            }
        }

        void Receive()
        {
            for (int posted = 0, taken = 0; taken < Buffers; taken++)
            {
                for (; posted < Math.Min(Buffers, taken + Depth); posted++)
                {
                    Assert.Equal(UrmaStatus.Success, receiver.Jetty.PostReceive(new ReceiveRequest(buffers[posted].Range(0, Length), (ulong)posted)));
                }

                int buffer = (int)receiver.ReceiveJfc.NextSuccess().UserContext;
                Assert.Equal(-1, buffers[buffer].AsSpan(0, Length).IndexOfAnyExcept((byte)0xA5));
            }
        }

        Threads.Run([Receive, .. Enumerable.Repeat(Send, Senders)]);
    }

    [Fact]
    public void Many_senders_share_one_receive_queue()
    {
        const int Senders = 8;
        int count = Harness.Repeated(5_000);
        const int Depth = 64;
        const int Longest = 100;
        Endpoint receiver = NewEndpoint(new EndpointShape { ReceiveDepth = Depth, MemoryLength = Depth * Longest });
        UrmaContext[] contexts = [.. Enumerable.Range(0, Senders).Select(_ => Open())];
        Action[] bodies =
        [
            () => ReceiveStreams(receiver, Depth, Longest, [.. contexts.Select(context => (context.Uasid, count))]),
            .. contexts.Select(context => (Action)(() =>
            {
                using var sender = new Endpoint(context, new EndpointShape { SendDepth = 32, MemoryLength = 32 * Longest });
                SendStream(sender, sender.Reach(receiver), count, Longest, 1);
            })),
        ];
        Threads.Run(bodies);
    }

    [Fact]
    public void Jetties_that_share_a_receive_queue_are_told_apart_by_nothing_but_their_sender()
    {
        UrmaContext context = Open();
        using Jfc jfc = context.CreateJfc();
        using Jfr shared = context.CreateJfr(new JfrOptions { ReceiveJfc = jfc, Depth = 16 });
        using var one = new Endpoint(context, new EndpointShape { SharedJfr = shared });
        using var other = new Endpoint(context, new EndpointShape { SharedJfr = shared });
        Assert.Equal(one.Jetty.Token, other.Jetty.Token);
        Assert.Equal(one.Jetty.Descriptor.JfrId, other.Jetty.Descriptor.JfrId);
        Assert.NotEqual(one.Jetty.Descriptor.JettyId, other.Jetty.Descriptor.JettyId);
        Endpoint sender = NewEndpoint();
        one.PostReceive(0, 64, 1);
        other.PostReceive(0, 64, 2);

        sender.Memory.AsSpan(0, 1)[0] = 5;
        sender.Succeed(WorkRequest.Send(sender.Reach(other), sender.Memory.Range(0, 1)));
        sender.Succeed(WorkRequest.Send(sender.Reach(one), sender.Memory.Range(0, 2)));

        Assert.Equal([(1ul, 1L), (2ul, 2L)], jfc.Take(2).Select(completion => (completion.UserContext, completion.ByteCount)));
        Assert.Equal(5, one.Memory.AsSpan()[0]);
    }

    [Fact]
    public void Both_directions_at_once_do_not_disturb_each_other()
    {
        int count = Harness.Repeated(20_000);
        const int Depth = 64;
        const int Longest = 100;
        UrmaContext left = Open();
        UrmaContext right = Open();
        Endpoint[] receivers = [.. new[] { left, right }.Select(context => Own(new Endpoint(context, new EndpointShape { ReceiveDepth = Depth, MemoryLength = Depth * Longest })))];
        Threads.Run(
            () => ReceiveStreams(receivers[0], Depth, Longest, [(right.Uasid, count)]),
            () => ReceiveStreams(receivers[1], Depth, Longest, [(left.Uasid, count)]),
            () =>
            {
                using var sender = new Endpoint(left, new EndpointShape { MemoryLength = Depth * Longest });
                SendStream(sender, sender.Reach(receivers[1]), count, Longest, 1);
            },
            () =>
            {
                using var sender = new Endpoint(right, new EndpointShape { MemoryLength = Depth * Longest });
                SendStream(sender, sender.Reach(receivers[0]), count, Longest, 1);
            });
    }

    [Fact]
    public void A_ping_pong_keeps_its_beat()
    {
        var rounds = new Rounds(Harness.Repeated(20_000));
        Endpoint left = NewEndpoint();
        Endpoint right = NewEndpoint();
        TargetJetty toRight = left.Reach(right);
        TargetJetty toLeft = right.Reach(left);
        left.PostReceive(0, 64);
        right.PostReceive(0, 64);
        Threads.Run(
            () =>
            {
                for (long i = 1; rounds.Begin(i); i++)
                {
                    MemoryMarshal.Write(left.Memory.AsSpan(1024, 8), i);
                    left.Succeed(WorkRequest.Send(toRight, left.Memory.Range(1024, 8)));
                    left.ReceiveJfc.NextSuccess();
                    Assert.Equal(-i, MemoryMarshal.Read<long>(left.Memory.AsSpan(0, 8)));
                    left.PostReceive(0, 64);
                }
            },
            () =>
            {
                for (long i = 1; rounds.Expect(i); i++)
                {
                    right.ReceiveJfc.NextSuccess();
                    Assert.Equal(i, MemoryMarshal.Read<long>(right.Memory.AsSpan(0, 8)));
                    right.PostReceive(0, 64);
                    MemoryMarshal.Write(right.Memory.AsSpan(1024, 8), -i);
                    right.Succeed(WorkRequest.Send(toLeft, right.Memory.Range(1024, 8)));
                }
            });
    }

    [Fact]
    public void Messages_and_writes_of_one_queue_keep_their_order()
    {
        int rounds = Harness.Repeated(5_000);
        Endpoint sender = NewEndpoint();
        Endpoint receiver = NewEndpoint();
        TargetJetty target = sender.Reach(receiver);
        TargetSegment memory = sender.Import(receiver.Memory);
        receiver.PostReceive(0, 64);
        for (int i = 1; i <= rounds; i++)
        {
            MemoryMarshal.Write(sender.Memory.AsSpan(0, 8), (long)i);
            sender.Post(WorkRequest.Write(sender.Memory.Range(0, 8), memory.At(4096, 8)).Unsignaled());
            sender.Post(WorkRequest.Send(target, sender.Memory.Range(0, 0)));
            receiver.ReceiveJfc.NextSuccess();
            Assert.Equal(i, MemoryMarshal.Read<long>(receiver.Memory.AsSpan(4096, 8)));
            receiver.PostReceive(0, 64);
            sender.SendJfc.NextSuccess();
        }
    }

    /// <summary>Lengths of a stream, known to both ends: they cross every threshold of inlining.</summary>
    private static int LengthOf(long sequence, int longest) => 8 + (int)((ulong)(sequence * 7919) % (ulong)(longest - 8 + 1));

    private static void SendStream(Endpoint sender, TargetJetty target, int count, int longest, int signalEvery)
    {
        int slots = sender.Jetty.Depth;
        slots = (int)Math.Min(slots, sender.Memory.Length / longest);
        // A slot is written again only when its message has completed; unsignalled ones complete before the next signalled one.
        int[] busyUntil = new int[slots];
        int acknowledged = 0;
        Span<Completion> completions = stackalloc Completion[16];
        long deadline = Environment.TickCount64 + (long)Bounds.Scenario.TotalMilliseconds;
        for (int i = 0; i < count;)
        {
            int slot = i % slots;
            while (busyUntil[slot] > acknowledged)
            {
                Drain(sender.SendJfc, completions, ref acknowledged, deadline);
            }

            int length = LengthOf(i, longest);
            Span<byte> message = sender.Memory.AsSpan((long)slot * longest, length);
            Pattern.Fill(message[8..], (ulong)i);
            MemoryMarshal.Write(message, (long)i);
            bool signalled = (i + 1) % signalEvery == 0 || i == count - 1;
            WorkRequest request = WorkRequest.Send(target, sender.Memory.Range((long)slot * longest, length), (ulong)i + 1);
            UrmaStatus status = sender.Jetty.Post(signalled ? request : request.Unsignaled());
            if (status == UrmaStatus.TryAgain)
            {
                Drain(sender.SendJfc, completions, ref acknowledged, deadline);
                continue;
            }

            Assert.Equal(UrmaStatus.Success, status);
            busyUntil[slot] = Math.Min(count, ((i / signalEvery) + 1) * signalEvery);
            i++;
        }

        while (acknowledged < count)
        {
            Drain(sender.SendJfc, completions, ref acknowledged, deadline);
        }

        sender.SendJfc.AssertEmpty();
    }

    private static void Drain(Jfc jfc, Span<Completion> completions, ref int acknowledged, long deadline)
    {
        int taken = jfc.Wait(completions, TimeSpan.FromMilliseconds(100));
        Assert.True(taken > 0 || Environment.TickCount64 < deadline, "The sender got stuck.");
        foreach (Completion completion in completions[..taken])
        {
            Assert.Equal(CompletionStatus.Success, completion.Status);
            Assert.True((int)completion.UserContext > acknowledged, "Completions came out of order.");
            acknowledged = (int)completion.UserContext;
        }
    }

    private static void ReceiveStreams(Endpoint receiver, int depth, int longest, (uint Uasid, int Count)[] sources)
    {
        for (int slot = 0; slot < depth; slot++)
        {
            receiver.PostReceive((long)slot * longest, longest, (ulong)slot);
        }

        Dictionary<uint, int> expected = sources.ToDictionary(source => source.Uasid, _ => 0);
        int remaining = sources.Sum(source => source.Count);
        Span<ReceiveCompletion> completions = stackalloc ReceiveCompletion[16];
        long deadline = Environment.TickCount64 + (long)Bounds.Scenario.TotalMilliseconds;
        while (remaining > 0)
        {
            int taken = receiver.ReceiveJfc.Wait(completions, TimeSpan.FromMilliseconds(100));
            Assert.True(taken > 0 || Environment.TickCount64 < deadline, $"{remaining} messages did not arrive.");
            foreach (ReceiveCompletion completion in completions[..taken])
            {
                Assert.Equal(CompletionStatus.Success, completion.Completion.Status);
                int sequence = expected[completion.SourceUasid]++;
                ulong slot = completion.Completion.UserContext;
                Span<byte> message = receiver.Memory.AsSpan((long)slot * longest, (int)completion.Completion.ByteCount);
                Assert.Equal(sequence, MemoryMarshal.Read<long>(message));
                Assert.Equal(LengthOf(sequence, longest), message.Length);
                Pattern.Verify(message[8..], (ulong)sequence);
                message.Clear();
                receiver.PostReceive((long)slot * longest, longest, slot);
                remaining--;
            }
        }

        Assert.All(sources, source => Assert.Equal(source.Count, expected[source.Uasid]));
        receiver.ReceiveJfc.AssertEmpty();
    }
}
