namespace Urma.Net.Verbs.Tests.Pairs;

/// <summary>Pairs of this process with each other, and what is refused.</summary>
[Trait("Needs", "Rdma")]
public sealed class PairTests : IDisposable
{
    private readonly UrmaContext _context = new VerbsHarness().Open();
    private readonly UrmaContext _other = new VerbsHarness().Open();

    public void Dispose()
    {
        _context.Dispose();
        _other.Dispose();
    }

    [Theory]
    [InlineData(TransportMode.ReliableMessage)]
    [InlineData(TransportMode.ReliableConnection)]
    [InlineData(TransportMode.UnreliableMessage)]
    public void Opened_and_disposed_again_and_again(TransportMode mode)
    {
        using var one = new Endpoint(_context, new EndpointShape { Mode = mode });
        using var two = new Endpoint(_other, new EndpointShape { Mode = mode });
        for (int round = 0; round < 5; round++)
        {
            (VerbsPair first, VerbsPair second, TargetJetty target) = Connect(one, two);
            Assert.Equal(UrmaStatus.Success, two.Jetty.PostReceive(new ReceiveRequest(two.Memory.Range(0, 64), (ulong)round)));
            Assert.Equal(UrmaStatus.Success, one.Jetty.Post(WorkRequest.SendImmediate(target, one.Memory.Range(0, 8), uint.MaxValue, (ulong)round)));
            Assert.Equal((ulong)round, one.SendJfc.NextSuccess().UserContext);
            ReceiveCompletion received = two.ReceiveJfc.NextReceive();
            Assert.Equal((uint.MaxValue, first.Local.Number), (received.Immediate, received.SourceJettyId));
            first.Dispose();
            first.Dispose();
            second.Dispose();
            Assert.NotNull(target.Fault);
        }

        one.SendJfc.AssertEmpty();
        two.ReceiveJfc.AssertEmpty();
    }

    [Fact]
    public void Beside_targets_that_are_Urma_Nets()
    {
        using var one = new Endpoint(_context);
        using var two = new Endpoint(_other);
        (VerbsPair first, VerbsPair second, TargetJetty raw) = Connect(one, two);
        TargetJetty engine = one.Reach(two);
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(UrmaStatus.Success, two.Jetty.PostReceive(new ReceiveRequest(two.Memory.Range(64 * i, 64), (ulong)i)));
            ulong immediate = i % 2 == 0 ? 0xFFFF_FFFF : ulong.MaxValue;
            Assert.Equal(UrmaStatus.Success, one.Jetty.Post(WorkRequest.SendImmediate(i % 2 == 0 ? raw : engine, one.Memory.Range(0, 8), immediate)));
            _ = one.SendJfc.NextSuccess();
            ReceiveCompletion received = two.ReceiveJfc.NextReceive();
            Assert.Equal(immediate, received.Immediate);
            Assert.Equal(i % 2 == 0 ? 0u : _context.Uasid, received.SourceUasid);
        }

        first.Dispose();
        second.Dispose();
        Assert.Equal(UrmaStatus.Success, two.Jetty.PostReceive(new ReceiveRequest(two.Memory.Range(0, 64))));
        Assert.Equal(UrmaStatus.Success, one.Jetty.Post(WorkRequest.Send(engine, one.Memory.Range(0, 8))));
        _ = one.SendJfc.NextSuccess();
    }

    [Fact]
    public void What_was_received_before_the_end_is_polled_after_it()
    {
        using var one = new Endpoint(_context);
        using var two = new Endpoint(_other);
        (VerbsPair first, VerbsPair second, TargetJetty target) = Connect(one, two);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(UrmaStatus.Success, two.Jetty.PostReceive(new ReceiveRequest(two.Memory.Range(64 * i, 64), (ulong)i)));
            Assert.Equal(UrmaStatus.Success, one.Jetty.Post(WorkRequest.SendImmediate(target, one.Memory.Range(0, 8), 0x9000_0000ul + (ulong)i)));
            _ = one.SendJfc.NextSuccess();
        }

        second.Dispose();
        first.Dispose();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(0x9000_0000ul + (ulong)i, two.ReceiveJfc.NextReceive().Immediate);
        }
    }

    [Fact]
    public void Requests_that_report_nothing_do_not_fill_the_queue()
    {
        using var one = new Endpoint(_context, new EndpointShape { SendDepth = 8 });
        using var two = new Endpoint(_other);
        (VerbsPair first, VerbsPair second, _) = Connect(one, two);
        using TargetSegment memory = first.ImportSegment(VerbsPairMemory.Of(two.Memory));
        var patience = System.Diagnostics.Stopwatch.StartNew();
        for (int i = 0; i < 100; i++)
        {
            WorkRequest write = WorkRequest.Write(one.Memory.Range(0, 8), memory.At(0)).Unsignaled();
            while (one.Jetty.Post(in write) == UrmaStatus.TryAgain)
            {
                Assert.True(patience.Elapsed < Bounds.Scenario, $"The queue is still full after {i} requests.");
                Thread.Yield();
            }
        }

        // Refused between others that are under way: in order, and without a write that nobody asked for.
        WorkRequest[] requests =
        [
            WorkRequest.Write(one.Memory.Range(0, 8), memory.At(0), 1).Unsignaled(),
            WorkRequest.Atomic(Opcode.FetchXor, one.Memory.Range(0, 8), memory.At(0), 1, 2),
            WorkRequest.Write(one.Memory.Range(0, 8), memory.At(0), 3),
        ];
        var posting = System.Diagnostics.Stopwatch.StartNew();
        for (int posted = 0; posted < requests.Length;)
        {
            _ = one.Jetty.Post(requests.AsSpan(posted), out int more);
            posted += more;
            Assert.True(posting.Elapsed < Bounds.Scenario, "The queue stays full.");
        }

        Assert.Equal((2ul, CompletionStatus.RemoteUnsupportedRequest), one.SendJfc.Next() is var refused ? (refused.UserContext, refused.Status) : default);
        Assert.Equal(3ul, one.SendJfc.NextSuccess().UserContext);
        Assert.Null(first.Fault);
        second.Dispose();
    }

    [Fact]
    public void Closed_with_its_jetty_its_receive_queue_and_its_context()
    {
        using var two = new Endpoint(_other);
        using (var one = new Endpoint(_context))
        {
            (VerbsPair first, _, _) = Connect(one, two);
            VerbsPair unused = VerbsPair.Open(one.Jetty);
            one.Jetty.Dispose();
            Assert.Contains("disposed", first.Fault, StringComparison.Ordinal);
            Assert.Throws<ObjectDisposedException>(() => unused.Connect(first.Local));
            Assert.Throws<ObjectDisposedException>(() => VerbsPair.Open(one.Jetty));
        }

        using Jfc receives = _context.CreateJfc();
        using Jfr shared = _context.CreateJfr(new JfrOptions { ReceiveJfc = receives, Depth = 16 });
        var three = new Endpoint(_context, new EndpointShape { SharedJfr = shared });
        (VerbsPair third, _, _) = Connect(three, two);
        shared.Dispose();
        Assert.NotNull(third.Fault);
        Assert.Throws<ObjectDisposedException>(() => VerbsPair.Open(three.Jetty));
        _context.Dispose();
    }

    [Fact]
    public void Refused_with_a_reason()
    {
        using var one = new Endpoint(_context, new EndpointShape { Mode = TransportMode.ReliableConnection });
        using var two = new Endpoint(_other, new EndpointShape { Mode = TransportMode.ReliableConnection });
        Assert.Throws<ArgumentNullException>(() => VerbsPair.Open(null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => VerbsPair.Open(one.Jetty, new VerbsPairOptions { Mtu = 1000 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => VerbsPair.Open(one.Jetty, new VerbsPairOptions { RnrRetry = 8 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => VerbsPair.Open(one.Jetty, new VerbsPairOptions { MaxReads = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => VerbsPair.Open(one.Jetty, new VerbsPairOptions { AckTimeout = 32 }));
        Assert.Contains("GID", Assert.Throws<UrmaException>(() => VerbsPair.Open(one.Jetty, new VerbsPairOptions { GidIndex = 200 })).Message, StringComparison.Ordinal);

        VerbsPair pair = VerbsPair.Open(one.Jetty);
        VerbsPairAddress good = pair.Local;
        Assert.Throws<ArgumentOutOfRangeException>(() => pair.Connect(good with { Number = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => pair.Connect(good with { Number = 1 << 24 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => pair.Connect(good with { PacketSequence = 1 << 24 }));
        Assert.Throws<ArgumentException>(() => pair.Connect(good with { Gid = default, Lid = 0 }));
        Assert.Throws<UrmaException>(() => pair.ImportSegment(new VerbsPairMemory(4096, 1, 8)));
        pair.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pair.Connect(good));

        (VerbsPair first, VerbsPair second, _) = Connect(one, two);
        Assert.Equal(UrmaStatus.Exists, Assert.Throws<UrmaException>(() => first.Connect(second.Local)).Status);
        Assert.Equal(UrmaStatus.Exists, Assert.Throws<UrmaException>(() => VerbsPair.Open(one.Jetty)).Status);
        Assert.Throws<ArgumentOutOfRangeException>(() => first.ImportSegment(new VerbsPairMemory(4096, 1, -1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => first.ImportSegment(new VerbsPairMemory(ulong.MaxValue, 1, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => first.ImportSegment(new VerbsPairMemory(4096, 1, 8), SegmentAccess.LocalOnly));
        using Segment hidden = _context.AllocateSegment(4096, new SegmentOptions { Access = SegmentAccess.LocalOnly });
        Assert.Throws<UrmaException>(() => VerbsPairMemory.Of(hidden));
        using UrmaContext elsewhere = UrmaContext.Open("loopback://");
        using Segment foreign = elsewhere.AllocateSegment(64);
        Assert.Throws<ArgumentException>(() => VerbsPairMemory.Of(foreign));

        // Another jetty has no way there.
        using var three = new Endpoint(_context);
        using TargetSegment memory = first.ImportSegment(VerbsPairMemory.Of(two.Memory));
        Assert.Equal(UrmaStatus.Success, three.Jetty.Post(WorkRequest.Write(three.Memory.Range(0, 8), memory.At(0))));
        Assert.NotEqual(CompletionStatus.Success, three.SendJfc.Next().Status);
        Assert.Equal(UrmaStatus.Success, three.Jetty.Post(WorkRequest.Send(first.Target!, three.Memory.Range(0, 8))));
        Assert.NotEqual(CompletionStatus.Success, three.SendJfc.Next().Status);
    }

    private static (VerbsPair First, VerbsPair Second, TargetJetty Target) Connect(Endpoint one, Endpoint two)
    {
        VerbsPair first = VerbsPair.Open(one.Jetty);
        VerbsPair second = VerbsPair.Open(two.Jetty);
        _ = second.Connect(first.Local);
        return (first, second, first.Connect(second.Local));
    }
}
