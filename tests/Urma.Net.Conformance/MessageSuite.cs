namespace Urma.Net.Conformance;

/// <summary>Messages into posted receives: sizes, lists, immediates, identities.</summary>
public abstract class MessageSuite(ProviderHarness harness) : ConformanceSuite(harness)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(64)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(1 << 20)]
    [InlineData(64 << 20)]
    public void A_message_of_any_size_lands_in_the_posted_buffer(int length)
    {
        length = Math.Min(length, Harness.LargestMessage);
        const int Margin = 100;
        (Endpoint sender, Endpoint receiver, TargetJetty target) = Connect(new EndpointShape { MemoryLength = length + (2 * Margin) });
        Pattern.Fill(sender.Memory.AsSpan(Margin, length), (ulong)length);
        receiver.Memory.AsSpan().Fill(0x5A);
        receiver.PostReceive(Margin, length + 20, 21);

        Completion sent = sender.Succeed(WorkRequest.Send(target, sender.Memory.Range(Margin, length), 20));
        ReceiveCompletion received = receiver.ReceiveJfc.NextReceive();

        Assert.Equal(length, sent.ByteCount);
        Assert.Equal((CompletionStatus.Success, 21ul, length), (received.Completion.Status, received.Completion.UserContext, (int)received.Completion.ByteCount));
        Assert.True(received.Completion.IsReceive);
        Assert.False(received.Completion.Flags.HasFlag(CompletionFlags.Immediate));
        Assert.Equal(ReceiveOpcode.Send, received.Opcode);
        Assert.Equal(sender.Context.Uasid, received.SourceUasid);
        Assert.Equal(sender.Jetty.Id, received.SourceJettyId);
        Pattern.Verify(receiver.Memory.AsSpan(Margin, length), (ulong)length);
        Assert.Equal(-1, receiver.Memory.AsSpan(0, Margin).IndexOfAnyExcept((byte)0x5A));
        Assert.Equal(-1, receiver.Memory.AsSpan(Margin + length, Margin).IndexOfAnyExcept((byte)0x5A));
        receiver.ReceiveJfc.AssertEmpty();
        sender.SendJfc.AssertEmpty();
    }

    [Fact]
    public void A_queue_reaches_one_jetty_through_two_imports_in_turn()
    {
        (Endpoint sender, Endpoint receiver, TargetJetty first) = Connect(new EndpointShape { MemoryLength = 1 << 12 });
        using TargetJetty second = sender.Context.ImportJetty(receiver.Jetty.Descriptor, receiver.Jetty.Token);
        for (int i = 0; i < 6; i++)
        {
            sender.Memory.AsSpan()[0] = (byte)i;
            receiver.PostReceive(64, 8, (ulong)i);
            sender.Succeed(WorkRequest.Send((i & 1) == 0 ? first : second, sender.Memory.Range(0, 1)));
            Assert.Equal((ulong)i, receiver.ReceiveJfc.NextSuccess().UserContext);
            Assert.Equal((byte)i, receiver.Memory.AsSpan()[64]);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(100)]
    [InlineData(100_000)]
    public void A_receive_of_exactly_the_right_length_suffices(int length)
    {
        (Endpoint sender, Endpoint receiver, TargetJetty target) = Connect(new EndpointShape { MemoryLength = 1 << 17 });
        Pattern.Fill(sender.Memory.AsSpan(0, length), 1);
        receiver.PostReceive(64, length);
        sender.Succeed(WorkRequest.Send(target, sender.Memory.Range(0, length)));
        Assert.Equal(length, receiver.ReceiveJfc.NextSuccess().ByteCount);
        Pattern.Verify(receiver.Memory.AsSpan(64, length), 1);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(8, 7)]
    [InlineData(33, 32)]
    [InlineData(33, 0)]
    [InlineData(100_000, 99_999)]
    public void A_message_one_byte_too_long_is_an_error_on_both_sides_and_touches_nothing(int length, int room)
    {
        (Endpoint sender, Endpoint receiver, TargetJetty target) = Connect(new EndpointShape { MemoryLength = 1 << 17 });
        sender.Memory.AsSpan().Fill(0xFF);
        Pattern.Fill(receiver.Memory.AsSpan(), 6);
        receiver.PostReceive(1000, room, 1);
        receiver.PostReceive(0, 1000, 2);

        sender.Fail(WorkRequest.Send(target, sender.Memory.Range(0, length), 7), Harness.TooLongStatus);

        ReceiveCompletion received = receiver.ReceiveJfc.NextReceive();
        Assert.Equal((CompletionStatus.LocalLengthError, 1ul), (received.Completion.Status, received.Completion.UserContext));
        Assert.True(received.Completion.IsReceive);
        Pattern.VerifyExcept(receiver.Memory.AsSpan(), 6, 1000, Harness.LeavesFailedBuffersAlone ? 0 : room);
        // The failed message used up its receive, and only that one.
        sender.Succeed(WorkRequest.Send(target, sender.Memory.Range(0, 10), 8));
        Assert.Equal(2ul, receiver.ReceiveJfc.NextSuccess().UserContext);
    }

    [Fact]
    public void Immediates_arrive_with_the_message()
    {
        (Endpoint sender, Endpoint receiver, TargetJetty target) = Connect();
        foreach (int length in new[] { 0, 5, 32, 33, 5000 })
        {
            ulong immediate = 0xFEDC_BA98_7654_3210 + (ulong)length;
            Pattern.Fill(sender.Memory.AsSpan(0, length), (ulong)length);
            receiver.PostReceive(0, 8192, 1);
            sender.Succeed(WorkRequest.SendImmediate(target, sender.Memory.Range(0, length), immediate));

            ReceiveCompletion received = receiver.ReceiveJfc.NextReceive();

            Assert.Equal((immediate, ReceiveOpcode.SendWithImmediate), (received.Immediate, received.Opcode));
            Assert.True(received.Completion.Flags.HasFlag(CompletionFlags.Immediate | CompletionFlags.Receive));
            Assert.Equal(length, received.Completion.ByteCount);
            Pattern.Verify(receiver.Memory.AsSpan(0, length), (ulong)length);
        }
    }

    [Fact]
    public unsafe void Inline_messages_may_change_after_the_post()
    {
        (Endpoint sender, Endpoint receiver, TargetJetty target) = Connect();
        int most = sender.Context.Capabilities.MaxInlineLength;
        foreach (int length in new[] { 0, 1, 8, 32, 33, 1000, most }.Where(length => length <= most))
        {
            byte[] data = new byte[length + 1];
            Pattern.Fill(data.AsSpan(0, length), (ulong)length);
            receiver.PostReceive(0, most);
            fixed (byte* p = data)
            {
                sender.Post(WorkRequest.SendInline(target, p, length));
                data.AsSpan().Fill(0xFF);
            }

            Assert.Equal(length, receiver.ReceiveJfc.NextSuccess().ByteCount);
            Assert.Equal(length, sender.SendJfc.NextSuccess().ByteCount);
            Pattern.Verify(receiver.Memory.AsSpan(0, length), (ulong)length);
        }
    }

    [Fact]
    public unsafe void Inline_messages_that_wait_for_a_receive_keep_the_bytes_they_had()
    {
        (Endpoint sender, Endpoint receiver, TargetJetty target) = Connect();
        int most = sender.Context.Capabilities.MaxInlineLength;
        int[] lengths = [.. new[] { 1, 8, 32, 33, 1000, most }.Where(length => length <= most)];
        byte[] data = new byte[most];
        foreach (int length in lengths)
        {
            Pattern.Fill(data.AsSpan(0, length), (ulong)length);
            fixed (byte* p = data)
            {
                sender.Post(WorkRequest.SendInline(target, p, length, (ulong)length));
                data.AsSpan().Fill(0xFF);
            }
        }

        foreach (int length in lengths)
        {
            receiver.PostReceive(0, most);
            Assert.Equal(length, receiver.ReceiveJfc.NextSuccess().ByteCount);
            Pattern.Verify(receiver.Memory.AsSpan(0, length), (ulong)length);
            Assert.Equal((ulong)length, sender.SendJfc.NextSuccess().UserContext);
        }
    }

    [Fact]
    public void Lists_are_gathered_and_scattered()
    {
        (Endpoint sender, Endpoint receiver, TargetJetty target) = Connect(new EndpointShape { ReceiveSge = 3 });
        Pattern.Fill(sender.Memory.AsSpan(), 1);
        SegmentRange[] gather = [sender.Memory.Range(7, 50), sender.Memory.Range(0, 0), sender.Memory.Range(1000, 30)];
        byte[] expected = [.. sender.Memory.AsSpan(7, 50), .. sender.Memory.AsSpan(1000, 30)];
        // Room for 20 + 40 + 100: the last buffer is only partly filled.
        SegmentRange[] scatter = [default, receiver.Memory.Range(0, 20), receiver.Memory.Range(500, 40), receiver.Memory.Range(300, 100)];
        Assert.Equal(UrmaStatus.Success, receiver.Jetty.ReceiveQueue.Post([ReceiveRequest.Scatter(1, 3, 9)], scatter, out int posted));
        Assert.Equal(1, posted);

        Assert.Equal(UrmaStatus.Success, sender.Jetty.Post([WorkRequest.Send(target, default).WithGather(0, 3)], gather, out _));

        Completion received = receiver.ReceiveJfc.NextSuccess();
        Assert.Equal((9ul, 80L), (received.UserContext, received.ByteCount));
        Assert.Equal(80, sender.SendJfc.NextSuccess().ByteCount);
        Assert.True(receiver.Memory.AsSpan(0, 20).SequenceEqual(expected.AsSpan(0, 20)));
        Assert.True(receiver.Memory.AsSpan(500, 40).SequenceEqual(expected.AsSpan(20, 40)));
        Assert.True(receiver.Memory.AsSpan(300, 20).SequenceEqual(expected.AsSpan(60, 20)));
        Assert.Equal(0, receiver.Memory.AsSpan()[320]);
        Assert.Equal(0, receiver.Memory.AsSpan()[20]);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(20)]
    [InlineData(33)]
    public void A_short_message_is_scattered_too(int length)
    {
        (Endpoint sender, Endpoint receiver, TargetJetty target) = Connect(new EndpointShape { ReceiveSge = 4 });
        Pattern.Fill(sender.Memory.AsSpan(0, length), 1);
        SegmentRange[] scatter = [.. Enumerable.Range(0, 4).Select(i => receiver.Memory.Range(i * 100, i == 3 ? 64 : 4))];
        Assert.Equal(UrmaStatus.Success, receiver.Jetty.ReceiveQueue.Post([ReceiveRequest.Scatter(0, 4)], scatter, out _));

        sender.Succeed(WorkRequest.Send(target, sender.Memory.Range(0, length)));

        Assert.Equal(length, receiver.ReceiveJfc.NextSuccess().ByteCount);
        byte[] together = [.. scatter.Select((range, i) => receiver.Memory.AsSpan(i * 100, (int)range.Length).ToArray()).SelectMany(bytes => bytes)];
        Pattern.Verify(together.AsSpan(0, length), 1);
        Assert.Equal(-1, together.AsSpan(length).IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void A_scatter_list_that_is_too_small_or_too_long_is_an_error()
    {
        (Endpoint sender, Endpoint receiver, TargetJetty target) = Connect(new EndpointShape { ReceiveSge = 2 });
        SegmentRange[] scatter = [.. Enumerable.Range(0, 16).Select(i => receiver.Memory.Range(i * 100, 10))];
        Assert.Equal(UrmaStatus.InvalidArgument, receiver.Jetty.ReceiveQueue.Post([ReceiveRequest.Scatter(0, 16)], scatter, out int posted));
        Assert.Equal(0, posted);
        Assert.Equal(UrmaStatus.InvalidArgument, receiver.Jetty.ReceiveQueue.Post([ReceiveRequest.Scatter(15, 2)], scatter, out posted));
        Assert.Equal(0, posted);
        Assert.Equal(UrmaStatus.Success, receiver.Jetty.ReceiveQueue.Post([ReceiveRequest.Scatter(0, 2)], scatter, out _));

        sender.Fail(WorkRequest.Send(target, sender.Memory.Range(0, 21)), Harness.TooLongStatus);

        Assert.Equal(CompletionStatus.LocalLengthError, receiver.ReceiveJfc.Next().Status);
    }

    [Fact]
    public void A_jetty_can_send_to_itself()
    {
        Endpoint endpoint = NewEndpoint();
        TargetJetty self = endpoint.Reach(endpoint);
        for (int i = 0; i < 100; i++)
        {
            int length = i * 10;
            Pattern.Fill(endpoint.Memory.AsSpan(0, length), (ulong)i);
            endpoint.PostReceive(4096, 4096);
            endpoint.Succeed(WorkRequest.Send(self, endpoint.Memory.Range(0, length)));
            Assert.Equal(length, endpoint.ReceiveJfc.NextSuccess().ByteCount);
            Pattern.Verify(endpoint.Memory.AsSpan(4096, length), (ulong)i);
        }
    }

    [Fact]
    public void Two_jetties_of_one_context_can_talk()
    {
        UrmaContext context = Open();
        using var one = new Endpoint(context);
        using var other = new Endpoint(context);
        other.PostReceive(0, 64, 5);
        one.Memory.AsSpan(0, 3).Fill(3);
        one.Succeed(WorkRequest.Send(one.Reach(other), one.Memory.Range(0, 3)));
        ReceiveCompletion received = other.ReceiveJfc.NextReceive();
        Assert.Equal((5ul, one.Jetty.Id), (received.Completion.UserContext, received.SourceJettyId));
        Assert.NotEqual(one.Jetty.Id, other.Jetty.Id);
        Assert.Equal([3, 3, 3, 0], other.Memory.AsSpan(0, 4).ToArray());
    }

    [Fact]
    public void A_bare_send_queue_and_a_bare_receive_queue_suffice()
    {
        UrmaContext from = Open();
        UrmaContext to = Open();
        using Jfc sendJfc = from.CreateJfc();
        using Jfc receiveJfc = to.CreateJfc();
        using Segment source = from.AllocateSegment(64);
        using Segment destination = to.AllocateSegment(64);
        using Jfr jfr = to.CreateJfr(new JfrOptions { ReceiveJfc = receiveJfc, Token = new Token(99) });
        using Jfs jfs = from.CreateJfs(new JfsOptions { SendJfc = sendJfc });
        Assert.Equal(new Token(99), jfr.Token);
        using TargetJetty target = from.ImportJetty(jfr.Descriptor, new Token(99));
        Assert.Null(target.Fault);
        jfs.Bind(target);
        Assert.Equal(UrmaStatus.Success, jfr.Post(new ReceiveRequest(destination.Range(), 4)));
        Assert.Equal(1, jfr.Outstanding);
        source.AsSpan().Fill(8);

        Assert.Equal(UrmaStatus.Success, jfs.Post(WorkRequest.Send(target, source.Range(0, 10), 3)));

        Assert.Equal(3ul, sendJfc.NextSuccess().UserContext);
        Assert.Equal((4ul, 10L), (receiveJfc.Next() is var received ? received.UserContext : 0, received.ByteCount));
        Assert.Equal(0, jfr.Outstanding);
        Assert.Equal(10, destination.AsSpan().IndexOf((byte)0));
    }

    [Fact]
    public void One_queue_sends_to_many_targets()
    {
        Endpoint sender = NewEndpoint();
        Endpoint[] receivers = [.. Enumerable.Range(0, 8).Select(_ => NewEndpoint())];
        TargetJetty[] targets = [.. receivers.Select(sender.Reach)];
        for (int i = 0; i < 400; i++)
        {
            Endpoint receiver = receivers[i % 8];
            receiver.PostReceive(0, 64, (ulong)i);
            sender.Memory.AsSpan(0, 8).Fill((byte)i);
            sender.Succeed(WorkRequest.Send(targets[i % 8], sender.Memory.Range(0, 8), (ulong)i));
            Assert.Equal((ulong)i, receiver.ReceiveJfc.NextSuccess().UserContext);
            Assert.Equal(-1, receiver.Memory.AsSpan(0, 8).IndexOfAnyExcept((byte)i));
        }
    }

    [Fact]
    public void A_write_with_immediate_announces_itself_and_leaves_the_receives_buffer()
    {
        (Endpoint sender, Endpoint receiver, TargetJetty target) = Connect();
        using Segment segment = receiver.Context.AllocateSegment(1 << 16);
        TargetSegment memory = sender.Import(segment);
        foreach (int length in new[] { 0, 8, 100, 50_000 })
        {
            Pattern.Fill(sender.Memory.AsSpan(0, length), (ulong)length);
            receiver.PostReceive(0, 64, 6);
            Completion sent = sender.Succeed(WorkRequest.WriteImmediate(sender.Memory.Range(0, length), memory.At(10, length), target, 0xAAAA_BBBB_CCCC_DDDD, 5));

            ReceiveCompletion received = receiver.ReceiveJfc.NextReceive();

            Assert.Equal(length, sent.ByteCount);
            Assert.Equal((0xAAAA_BBBB_CCCC_DDDD, ReceiveOpcode.WriteWithImmediate, 6ul), (received.Immediate, received.Opcode, received.Completion.UserContext));
            Assert.Equal(length, received.Completion.ByteCount);
            Assert.True(received.Completion.Flags.HasFlag(CompletionFlags.Immediate));
            Pattern.Verify(segment.AsSpan(10, length), (ulong)length);
            Assert.Equal(-1, receiver.Memory.AsSpan().IndexOfAnyExcept((byte)0));
        }
    }

    [Fact]
    public void A_write_with_immediate_needs_no_buffer_in_the_receive()
    {
        (Endpoint sender, Endpoint receiver, TargetJetty target) = Connect();
        TargetSegment memory = sender.Import(receiver.Memory);
        Assert.Equal(UrmaStatus.Success, receiver.Jetty.PostReceive(new ReceiveRequest(default, 3)));
        sender.Memory.AsSpan(0, 100).Fill(1);
        sender.Succeed(WorkRequest.WriteImmediate(sender.Memory.Range(0, 100), memory.At(0, 100), target, 1));
        Assert.Equal(3ul, receiver.ReceiveJfc.NextSuccess().UserContext);
        Assert.Equal(100, receiver.Memory.AsSpan().IndexOf((byte)0));
    }

    [Fact]
    public void A_refused_write_with_immediate_announces_nothing()
    {
        (Endpoint sender, Endpoint receiver, TargetJetty target) = Connect();
        TargetSegment memory = sender.Import(receiver.Memory);
        receiver.PostReceive(0, 64, 3);
        sender.Fail(WorkRequest.WriteImmediate(sender.Memory.Range(0, 2), memory.At(memory.Length - 1), target, 1), CompletionStatus.RemoteAccessAbort);
        receiver.ReceiveJfc.AssertEmpty();
        sender.Succeed(WorkRequest.Send(target, sender.Memory.Range(0, 0)));
        Assert.Equal(3ul, receiver.ReceiveJfc.NextSuccess().UserContext);
    }

    [Fact]
    public void Receives_are_filled_in_the_order_they_were_posted()
    {
        (Endpoint sender, Endpoint receiver, TargetJetty target) = Connect();
        ReceiveRequest[] receives = [.. Enumerable.Range(0, 32).Select(i => new ReceiveRequest(receiver.Memory.Range(i * 100, 100), (ulong)i))];
        Assert.Equal(UrmaStatus.Success, receiver.Jetty.PostReceive(receives, out int posted));
        Assert.Equal(32, posted);
        WorkRequest[] sends = [.. Enumerable.Range(0, 32).Select(i => WorkRequest.Send(target, sender.Memory.Range(0, i * 3), (ulong)i))];
        Assert.Equal(UrmaStatus.Success, sender.Jetty.Post(sends, out posted));
        Assert.Equal(32, posted);

        Assert.Equal(Enumerable.Range(0, 32).Select(i => ((ulong)i, i * 3L)), receiver.ReceiveJfc.Take(32).Select(completion => (completion.UserContext, completion.ByteCount)));
        Assert.Equal(Enumerable.Range(0, 32).Select(i => (ulong)i), sender.SendJfc.Take(32).Select(completion => completion.UserContext));
    }

    [Fact]
    public void A_full_receive_queue_says_so_and_frees_a_place_per_completion()
    {
        (Endpoint sender, Endpoint receiver, TargetJetty target) = Connect(new EndpointShape { ReceiveDepth = 8 });
        Jfr jfr = receiver.Jetty.ReceiveQueue;
        ReceiveRequest[] many = [.. Enumerable.Range(0, jfr.Depth + 2).Select(i => new ReceiveRequest(receiver.Memory.Range(0, 8), (ulong)i))];

        Assert.Equal(UrmaStatus.TryAgain, jfr.Post(many, out int posted));
        Assert.Equal(jfr.Depth, posted);
        Assert.Equal(jfr.Depth, jfr.Outstanding);
        sender.Succeed(WorkRequest.Send(target, sender.Memory.Range(0, 8)));
        Assert.Equal(0ul, receiver.ReceiveJfc.NextSuccess().UserContext);
        Assert.Equal(UrmaStatus.Success, jfr.Post(in many[jfr.Depth]));
        Assert.Equal(UrmaStatus.TryAgain, jfr.Post(in many[jfr.Depth + 1]));
        Assert.Equal(jfr.Depth, jfr.Outstanding);
    }

    [Fact]
    public void A_receive_of_an_invalid_buffer_stops_the_batch_before_it()
    {
        (Endpoint sender, Endpoint receiver, TargetJetty target) = Connect();
        ReceiveRequest[] receives =
        [
            new(receiver.Memory.Range(0, 8), 1),
            new(Forge.Local(receiver.Memory.Range(0, 8), 1 << 20, 8), 2),
            new(receiver.Memory.Range(0, 8), 3),
        ];
        Assert.Equal(UrmaStatus.InvalidArgument, receiver.Jetty.PostReceive(receives, out int posted));
        Assert.Equal(1, posted);
        Assert.Equal(UrmaStatus.Success, receiver.Jetty.PostReceive(receives.AsSpan(2), out _));
        sender.Succeed(WorkRequest.Send(target, sender.Memory.Range(0, 1)));
        sender.Succeed(WorkRequest.Send(target, sender.Memory.Range(0, 1)));
        Assert.Equal([1, 3], receiver.ReceiveJfc.Take(2).Select(completion => completion.UserContext));
    }

    [Fact]
    public void Importing_a_jetty_needs_its_token_and_its_existence()
    {
        Endpoint receiver = NewEndpoint();
        UrmaContext importer = Open(new UrmaContextOptions { ControlTimeout = TimeSpan.FromSeconds(2) });
        JettyDescriptor genuine = receiver.Jetty.Descriptor;
        Token token = receiver.Jetty.Token;

        AssertFails(UrmaStatus.OperationNotPermitted, () => importer.ImportJetty(genuine, new Token(token.Value ^ 0x8000)));
        foreach (uint forged in new[] { genuine.JfrId + 77, uint.MaxValue })
        {
            JettyDescriptor wrong = Harness.TrustsJfrOfDescriptor ? genuine with { JfrId = forged } : genuine with { JettyId = forged };
            Assert.Throws<UrmaException>(() => importer.ImportJetty(wrong, token));
        }

        Assert.Throws<UrmaException>(() => importer.ImportJetty(genuine with { Uasid = genuine.Uasid ^ 0x5A5A5A }, token));
        using TargetJetty target = importer.ImportJetty(genuine, token);
        Assert.Equal(genuine, target.Descriptor);
    }

    [Fact]
    public void Messages_to_a_given_up_import_fail()
    {
        Endpoint sender = NewEndpoint();
        Endpoint receiver = NewEndpoint();
        TargetJetty target = sender.Context.ImportJetty(receiver.Jetty.Descriptor, receiver.Jetty.Token);
        receiver.PostReceive(0, 64, 1);
        sender.Succeed(WorkRequest.Send(target, sender.Memory.Range(0, 8)));
        WorkRequest late = WorkRequest.Send(target, sender.Memory.Range(0, 8), 2);

        target.Dispose();
        target.Dispose();

        receiver.PostReceive(0, 64, 2);
        sender.Fail(in late, CompletionStatus.RemoteOperationError);
        Assert.Equal(1ul, receiver.ReceiveJfc.NextSuccess().UserContext);
        receiver.ReceiveJfc.AssertEmpty();
    }

    [Fact]
    public void A_reliable_connection_has_one_target()
    {
        Endpoint peer = NewEndpoint();
        Endpoint other = NewEndpoint();
        UrmaContext context = Open();
        using Jfc jfc = context.CreateJfc();
        using Segment memory = context.AllocateSegment(64);
        using Jfs jfs = context.CreateJfs(new JfsOptions { SendJfc = jfc, TransportMode = TransportMode.ReliableConnection });
        using TargetJetty first = context.ImportJetty(peer.Jetty.Descriptor, peer.Jetty.Token);
        using TargetJetty second = context.ImportJetty(other.Jetty.Descriptor, other.Jetty.Token);
        jfs.Bind(first);
        peer.PostReceive(0, 64);
        other.PostReceive(0, 64);

        Assert.Equal(UrmaStatus.Success, jfs.Post(WorkRequest.Send(first, memory.Range(0, 8))));
        jfc.NextSuccess();
        peer.ReceiveJfc.NextSuccess();
        UrmaStatus status = jfs.Post(WorkRequest.Send(second, memory.Range(0, 8)));
        Assert.True(status == UrmaStatus.InvalidArgument || (status == UrmaStatus.Success && !jfc.Next().IsSuccess), "A connection sent to a second target.");
        other.ReceiveJfc.AssertEmpty();
        Assert.Throws<UrmaException>(() => jfs.Bind(second));
    }

    [Fact]
    public void No_code_of_the_target_needs_to_run()
    {
        (Endpoint sender, Endpoint receiver, TargetJetty target) = Connect();
        for (int i = 0; i < 64; i++)
        {
            receiver.PostReceive(i * 64, 64, (ulong)i);
        }

        // Nobody polls the receiver meanwhile.
        for (int i = 0; i < 64; i++)
        {
            sender.Succeed(WorkRequest.Send(target, sender.Memory.Range(0, 33), (ulong)i));
        }

        Assert.Equal(Enumerable.Range(0, 64).Select(i => (ulong)i), receiver.ReceiveJfc.Take(64).Select(completion => completion.UserContext));
    }

    private (Endpoint Sender, Endpoint Receiver, TargetJetty Target) Connect(EndpointShape? shape = null)
    {
        Endpoint sender = NewEndpoint(shape);
        Endpoint receiver = NewEndpoint(shape);
        return (sender, receiver, sender.Reach(receiver));
    }
}
