using Urma.Net.Interop.Liburma;

namespace Urma.Net.Ub.Tests;

/// <summary>What only UB devices have, and what the conformance suite does not ask.</summary>
public sealed class UbContextTests : IDisposable
{
    private const int Operations = 10_000;

    private readonly UbContext _context = (UbContext)UrmaContext.Open("ub://urma0");

    public void Dispose() => _context.Dispose();

    [Fact]
    public void Posting_and_polling_allocate_nothing()
    {
        using var sender = new Endpoint(_context);
        using var receiver = new Endpoint(_context);
        TargetJetty target = sender.Reach(receiver);
        TargetSegment memory = sender.Import(receiver.Memory);
        var completions = new Completion[4];
        var work = new WorkRequest[3];
        int refused = 0;
        Exchange(2_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Exchange(Operations);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(0, refused);

        void Exchange(int count)
        {
            for (int i = 0; i < count; i++)
            {
                receiver.Jetty.PostReceive(new ReceiveRequest(receiver.Memory.Range(0, 64)));
                work[0] = WorkRequest.Write(sender.Memory.Range(0, 64), memory.At(128, 64)).Unsignaled();
                work[1] = WorkRequest.Send(target, sender.Memory.Range(0, 8));
                work[2] = WorkRequest.FetchAdd(sender.Memory.Range(64, 8), memory.At(256, 8), 1);
                refused += sender.Jetty.Post(work, out _) == UrmaStatus.Success ? 0 : 1;
                Take(sender.SendJfc, 2);
                Take(receiver.ReceiveJfc, 1);
            }
        }

        void Take(Jfc jfc, int expected)
        {
            for (int taken = 0; taken < expected;)
            {
                taken += jfc.Poll(completions.AsSpan(0, expected - taken));
            }
        }
    }

    [Fact]
    public async Task A_completion_queue_that_overflows_is_told_as_an_event()
    {
        using var patience = new CancellationTokenSource(Bounds.Operation);
        IAsyncEnumerator<UbEvent> events = _context.ReadEventsAsync(patience.Token).GetAsyncEnumerator(patience.Token);
        uint overflowing = Overflow(out Action release);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal((UbEventKind.JfcError, overflowing), (events.Current.Kind, events.Current.ObjectId));
        release();
        await events.DisposeAsync();
    }

    [Fact]
    public async Task Events_end_with_their_context()
    {
        UbContext context = (UbContext)UrmaContext.Open("ub://urma0");
        await using IAsyncEnumerator<UbEvent> events = context.ReadEventsAsync().GetAsyncEnumerator();
        ValueTask<bool> next = events.MoveNextAsync();
        context.Dispose();
        Assert.False(await next.AsTask().WaitAsync(Bounds.Operation));
    }

    [Theory]
    [InlineData(-1, 17)]
    [InlineData(16, 17)]
    [InlineData(0, -1)]
    [InlineData(0, 32)]
    public void Options_out_of_range_are_refused(int priority, int timeout)
    {
        UrmaDevice device = UbProvider.Instance.GetDevices()[0];
        Assert.Throws<ArgumentOutOfRangeException>(
            () => UbProvider.Instance.Open(device, null, new UbContextOptions { Priority = priority, ErrorTimeout = timeout }));
    }

    [Fact]
    public void Every_path_and_priority_the_device_has_carries_messages()
    {
        UrmaDevice device = UbProvider.Instance.GetDevices()[0];
        foreach (UbTransportPath path in new[] { UbTransportPath.Reliable, UbTransportPath.Compact })
        {
            using UbContext context = UbProvider.Instance.Open(device, null, new UbContextOptions { Path = path, Priority = 15, ErrorTimeout = 20, EidIndex = 0 });
            using var sender = new Endpoint(context);
            using var receiver = new Endpoint(_context);
            receiver.PostReceive(0, 8);
            sender.Succeed(WorkRequest.Send(sender.Reach(receiver), sender.Memory.Range(0, 8)));
            receiver.ReceiveJfc.NextSuccess();
        }
    }

    [Fact]
    public void A_jetty_of_a_connection_sends_to_its_one_peer()
    {
        using Jfc jfc = _context.CreateJfc();
        using Segment memory = _context.AllocateSegment(64);
        using UbContext other = (UbContext)UrmaContext.Open("ub://urma0");
        using Jfc theirJfc = other.CreateJfc();
        using Segment theirMemory = other.AllocateSegment(64);
        using Jetty theirs = other.CreateJetty(new JettyOptions { SendJfc = theirJfc, TransportMode = TransportMode.ReliableConnection });
        using Jetty ours = _context.CreateJetty(new JettyOptions { SendJfc = jfc, TransportMode = TransportMode.ReliableConnection });
        using TargetJetty target = _context.ImportJetty(theirs.Descriptor, theirs.Token);
        using TargetJetty back = other.ImportJetty(ours.Descriptor, ours.Token);
        ours.Bind(target);
        theirs.Bind(back);
        theirs.PostReceive(new ReceiveRequest(theirMemory.Range(), 7));
        memory.AsSpan()[0] = 42;

        Assert.Equal(UrmaStatus.Success, ours.Post(WorkRequest.Send(target, memory.Range())));

        jfc.NextSuccess();
        Assert.Equal(7ul, theirJfc.NextSuccess().UserContext);
        Assert.Equal(42, theirMemory.AsSpan()[0]);
        Assert.Equal(UrmaStatus.Exists, Assert.Throws<UrmaException>(() => ours.Bind(target)).Status);
    }

    [Fact]
    public void A_group_spreads_messages_over_its_jetties_by_turns()
    {
        using UbContext other = (UbContext)UrmaContext.Open("ub://urma0");
        using Jfc jfc = other.CreateJfc();
        using Segment memory = other.AllocateSegment(256);
        UbJettyGroup group = other.CreateJettyGroup("workers");
        Jetty[] jetties = [.. Enumerable.Range(0, 3).Select(_ => other.CreateJetty(new JettyOptions { SendJfc = jfc, Depth = 8, Receive = new JfrOptions { ReceiveJfc = jfc, Depth = 8 } }, group))];
        for (int i = 0; i < jetties.Length; i++)
        {
            Assert.Equal(UrmaStatus.Success, jetties[i].PostReceive(new ReceiveRequest(memory.Range(i * 64, 64), (ulong)i)));
        }

        using var sender = new Endpoint(_context);
        Assert.Throws<UrmaException>(() => _context.ImportJettyGroup(group.Descriptor, new Token(group.Token.Value ^ 1), group.Policy));
        using TargetJetty target = _context.ImportJettyGroup(group.Descriptor, group.Token, group.Policy);
        for (int i = 0; i < jetties.Length; i++)
        {
            sender.Succeed(WorkRequest.Send(target, sender.Memory.Range(0, 8)));
        }

        Assert.Equal([0ul, 1ul, 2ul], jfc.Take(3).Select(c => c.UserContext).Order());
        Assert.Throws<UrmaException>(group.Dispose);
        Array.ForEach(jetties, static j => j.Dispose());
        group.Dispose();
    }

    [Fact]
    public void A_shared_JFR_gets_back_what_came_for_a_jetty_that_is_gone()
    {
        using Jfc jfc = _context.CreateJfc();
        using Segment memory = _context.AllocateSegment(256);
        using Jfr shared = _context.CreateJfr(new JfrOptions { ReceiveJfc = jfc, Depth = 4 });
        Jetty jetty = _context.CreateJetty(new JettyOptions { SendJfc = jfc, Depth = 4, SharedJfr = shared });
        using var sender = new Endpoint(_context);
        TargetJetty target = _context.ImportJetty(jetty.Descriptor, jetty.Token);
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(UrmaStatus.Success, shared.Post(new ReceiveRequest(memory.Range(i * 64, 64), (ulong)i)));
            sender.Succeed(WorkRequest.Send(target, sender.Memory.Range(0, 8)));
        }

        target.Dispose();
        jetty.Dispose();

        Assert.Equal([0ul, 1ul, 2ul, 3ul], jfc.Take(4).Select(c => c.UserContext));
        Assert.Equal(0, shared.Outstanding);
        Assert.Equal(UrmaStatus.Success, shared.Post(new ReceiveRequest(memory.Range(0, 64), 4)));
    }

    [Fact]
    public void Work_that_waits_is_flushed_although_an_unsignaled_request_failed_before()
    {
        using var receiver = new Endpoint(_context);
        var sender = new Endpoint(_context);
        TargetJetty target = sender.Reach(receiver);
        TargetSegment memory = sender.Import(receiver.Memory);
        sender.Post(WorkRequest.Write(sender.Memory.Range(0, 8), memory.At(memory.Length - 1), 1).Unsignaled());
        sender.Post(WorkRequest.Send(target, sender.Memory.Range(0, 8), 2));

        sender.Jetty.Dispose();

        Completion[] completions = sender.SendJfc.Take(2);
        Assert.Equal([(1ul, CompletionStatus.RemoteAccessAbort), (2ul, CompletionStatus.WorkRequestFlushed)], completions.Select(c => (c.UserContext, c.Status)));
        sender.SendJfc.AssertEmpty();
        sender.Dispose();
    }

    [Fact]
    public void Refusals_keep_their_place_while_another_thread_polls()
    {
        const ulong Count = 30_000;
        using var endpoint = new Endpoint(_context);
        TargetSegment memory = endpoint.Import(endpoint.Memory);
        TargetSegment gone = _context.ImportSegment(endpoint.Memory.Descriptor, endpoint.Memory.Token);
        RemoteAddress stale = gone.At(0, 8);
        gone.Dispose();
        Threads.Run(
            () =>
            {
                for (ulong i = 0; i < Count;)
                {
                    i += endpoint.Jetty.Post(WorkRequest.Write(endpoint.Memory.Range(0, 8), i % 3 == 1 ? stale : memory.At(8, 8), i)) == UrmaStatus.Success ? 1ul : 0;
                }
            },
            () =>
            {
                var completions = new Completion[7];
                for (ulong next = 0; next < Count;)
                {
                    int taken = endpoint.SendJfc.Poll(completions);
                    foreach (Completion completion in completions.AsSpan(0, taken))
                    {
                        Assert.Equal((next, next % 3 == 1 ? CompletionStatus.RemoteAccessAbort : CompletionStatus.Success), (completion.UserContext, completion.Status));
                        next++;
                    }
                }
            });
    }

    [Fact]
    public void A_lease_that_ends_while_its_segment_is_disposed_harms_nobody()
    {
        for (int i = 0; i < 50; i++)
        {
            Segment segment = _context.AllocateSegment(64, new SegmentOptions { Lease = TimeSpan.FromMilliseconds(1) });
            Thread.Sleep(1);
            segment.Dispose();
        }
    }

    [Fact]
    public void A_full_queue_refuses_what_the_device_never_sees_as_well()
    {
        using var endpoint = new Endpoint(_context, new EndpointShape { SendDepth = 4 });
        TargetSegment gone = _context.ImportSegment(endpoint.Memory.Descriptor, endpoint.Memory.Token);
        RemoteAddress stale = gone.At(0, 8);
        gone.Dispose();
        for (ulong round = 0; round < 3; round++)
        {
            for (ulong i = 0; i < 4; i++)
            {
                Assert.Equal(UrmaStatus.Success, endpoint.Jetty.Post(WorkRequest.Write(endpoint.Memory.Range(0, 8), stale, i)));
            }

            Assert.Equal(UrmaStatus.TryAgain, endpoint.Jetty.Post(WorkRequest.Write(endpoint.Memory.Range(0, 8), stale, 4)));
            Assert.Equal(4, endpoint.Jetty.Outstanding);
            Assert.Equal([0ul, 1ul, 2ul, 3ul], endpoint.SendJfc.Take(4).Select(c => c.UserContext));
            Assert.Equal(0, endpoint.Jetty.Outstanding);
        }
    }

    [Fact]
    public void Queues_may_be_closed_in_the_order_in_which_using_ends_them()
    {
        using UbContext other = (UbContext)UrmaContext.Open("ub://urma0");
        using var receiver = new Endpoint(other);
        Jfc sendJfc = _context.CreateJfc();
        Jfc receiveJfc = _context.CreateJfc();
        using Segment memory = _context.AllocateSegment(64);
        Jetty jetty = _context.CreateJetty(new JettyOptions { SendJfc = sendJfc, Receive = new JfrOptions { ReceiveJfc = receiveJfc } });
        using TargetJetty target = _context.ImportJetty(receiver.Jetty.Descriptor, receiver.Jetty.Token);
        Assert.Equal(UrmaStatus.Success, jetty.Post(WorkRequest.Send(target, memory.Range())));
        jetty.Dispose();
        receiveJfc.Dispose();
        sendJfc.Dispose();
        Assert.Throws<ObjectDisposedException>(() => sendJfc.Poll(new Completion[1]));
    }

    [Fact]
    public void The_first_failure_says_why()
    {
        using Jfc jfc = _context.CreateJfc();
        using Jfr shared = _context.CreateJfr(new JfrOptions { ReceiveJfc = jfc });
        var rc = new JettyOptions { SendJfc = jfc, TransportMode = TransportMode.ReliableConnection, SharedJfr = shared };
        Assert.Contains("JfrOptions.TransportMode", Assert.Throws<UrmaException>(() => _context.CreateJetty(rc)).Message, StringComparison.Ordinal);
        using Endpoint peer = new(_context);
        UrmaException error = Assert.Throws<UrmaException>(() => _context.ImportJetty(peer.Jetty.Descriptor, new Token(peer.Jetty.Token.Value ^ 1)));
        Assert.Equal(UrmaStatus.OperationNotPermitted, error.Status);
        Assert.NotEqual(0, error.NativeError);
    }

    [Fact]
    public void Grants_end_when_they_are_revoked_and_when_their_lease_is_over()
    {
        using UbContext other = (UbContext)UrmaContext.Open("ub://urma0");
        using var importer = new Endpoint(other);
        using Segment segment = _context.AllocateSegment(64);
        Token before = segment.Token;
        TargetSegment target = importer.Import(segment);
        importer.Succeed(WorkRequest.Write(importer.Memory.Range(0, 8), target.At(0, 8)));

        segment.Revoke();

        importer.Fail(WorkRequest.Write(importer.Memory.Range(0, 8), target.At(0, 8)), CompletionStatus.RemoteAccessAbort);
        Assert.Throws<UrmaException>(() => other.ImportSegment(segment.Descriptor, before));
        importer.Succeed(WorkRequest.Write(importer.Memory.Range(0, 8), importer.Import(segment).At(0, 8)));

        using Segment leased = _context.AllocateSegment(64, new SegmentOptions { Lease = TimeSpan.FromMilliseconds(200) });
        TargetSegment shortly = importer.Import(leased);
        Threads.Until(
            () => !importer.Execute(WorkRequest.Write(importer.Memory.Range(0, 8), shortly.At(0, 8))).IsSuccess, "the lease ends");
    }

    [Fact]
    public void What_is_counted_stays_counted_after_a_queue_has_gone()
    {
        using (var sender = new Endpoint(_context))
        {
            TargetSegment own = sender.Import(sender.Memory);
            sender.Succeed(WorkRequest.Write(sender.Memory.Range(0, 100), own.At(200, 100)));
            sender.Fail(WorkRequest.Write(sender.Memory.Range(0, 2), own.At(own.Length - 1)), CompletionStatus.RemoteAccessAbort);
        }

        UrmaCounters counters = _context.GetCounters();
        Assert.Equal((1L, 100L, 1L, 0L), (counters.Writes, counters.Bytes, counters.Errors, counters.OpenQueues));
    }

    private unsafe uint Overflow(out Action release)
    {
        var jfcConfig = new urma_jfc_cfg_t { depth = 1 };
        urma_jfc_t* jfc = Liburma.urma_create_jfc(_context.Native, &jfcConfig);
        var jfsConfig = new urma_jfs_cfg_t { depth = 256, trans_mode = urma_transport_mode_t.URMA_TM_RM, max_sge = 1, jfc = jfc };
        urma_jfs_t* jfs = Liburma.urma_create_jfs(_context.Native, &jfsConfig);
        Assert.True(jfc != null && jfs != null);
        var work = new urma_jfs_wr_t { opcode = urma_opcode_t.URMA_OPC_NOP };
        work.flag.bs.complete_enable = 1;
        for (int i = 0; i < 100; i++)
        {
            urma_jfs_wr_t* bad;
            _ = Liburma.urma_post_jfs_wr(jfs, &work, &bad);
        }

        var cr = stackalloc urma_cr_t[1];
        _ = Liburma.urma_poll_jfc(jfc, 1, cr);
        release = () =>
        {
            _ = Liburma.urma_delete_jfs(jfs);
            _ = Liburma.urma_delete_jfc(jfc);
        };
        return jfc->jfc_id.id;
    }
}
