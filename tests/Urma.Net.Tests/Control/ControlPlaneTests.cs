using Urma.Net.Internal;
using Urma.Net.Interop.Libc;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Tests.Control;

public sealed class ControlPlaneTests
{
    private static readonly TimeSpan Soon = TestEngine.Soon;

    private readonly LoopbackFabric _fabric = TestEngine.NewFabric();

    [Fact]
    public void Two_engines_know_each_other_after_a_handshake()
    {
        using var a = new TestEngine(_fabric, "alpha");
        using var b = new TestEngine(_fabric, "beta");

        LoopbackPeer peer = a.Connect(b);

        Assert.Equal(b.Uasid, peer.Uasid);
        Assert.Equal(_fabric.Eid, peer.Eid);
        Assert.Equal("beta", peer.Label);
        Assert.Equal(Environment.ProcessId, peer.ProcessId);
        Assert.True(peer.IsAlive);
        Assert.Null(peer.Fault);
        Assert.Equal($"peer 'beta' (process {Environment.ProcessId}, UASID 0x{b.Uasid:x6})", peer.Name);
        Assert.Equal(b.Uasid, TestEngine.MarkOf(peer));
        Assert.False(peer.ContextPage.IsWritable);
        Assert.Same(peer, Assert.Single(a.Plane.Peers));
    }

    [Fact]
    public void The_one_that_was_connected_to_uses_the_same_connection()
    {
        using var a = new TestEngine(_fabric, "alpha");
        using var b = new TestEngine(_fabric, "beta");
        a.Ask(a.Connect(b), 1);

        LoopbackPeer seen = Assert.Single(b.Plane.Peers);

        Assert.Same(seen, b.Connect(a));
        Assert.Equal("alpha", seen.Label);
        Assert.Equal(a.Uasid, TestEngine.MarkOf(seen));
        Assert.Equal([7, 8], b.Ask(seen, 7, 8));
    }

    [Fact]
    public void A_request_carries_bytes_and_descriptors_both_ways()
    {
        using var a = new TestEngine(_fabric);
        using var b = new TestEngine(_fabric);
        LoopbackPeer peer = a.Connect(b);
        using MemoryFile file = MemoryFile.Create("urma-test", 4096);
        using SharedMapping here = file.MapShared(writable: true);
        byte[] payload = new byte[ControlFrame.MaximumPayload];
        Random.Shared.NextBytes(payload);

        using ControlResponse response = a.Plane.Request(
            peer, ControlMessage.ImportJfr, payload, [file.Descriptor, file.Descriptor], Soon);

        Assert.Equal(payload, response.Payload);
        Assert.Equal(2, response.Fds.Length);
        using MemoryFile back = MemoryFile.FromPeer(response.TakeFd(1), 4096);
        using SharedMapping there = back.MapShared(writable: true);
        unsafe
        {
            here.Pointer[17] = 99;
            Assert.Equal(99, there.Pointer[17]);
        }

        Assert.Throws<UrmaException>(() => response.TakeFd(1));
        Assert.Throws<UrmaException>(() => response.TakeFd(2));
    }

    [Fact]
    public void A_refusal_becomes_the_requesters_exception_and_names_the_peer()
    {
        using var a = new TestEngine(_fabric);
        using var b = new TestEngine(_fabric, "strict", serve: (LoopbackPeer _, in ControlRequest _, ControlReply reply) =>
        {
            reply.Write([1, 2, 3]);
            reply.Fail(UrmaStatus.OperationNotPermitted, "the token does not match");
        });

        var error = Assert.Throws<UrmaException>(() => a.Ask(a.Connect(b)));

        Assert.Equal(UrmaStatus.OperationNotPermitted, error.Status);
        Assert.Contains("the token does not match", error.Message, StringComparison.Ordinal);
        Assert.Contains("'strict'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_handler_throws_fails_one_request_only()
    {
        using var a = new TestEngine(_fabric);
        using var b = new TestEngine(_fabric, serve: (LoopbackPeer _, in ControlRequest request, ControlReply reply) =>
        {
            switch (request.Payload[0])
            {
                case 1:
                    throw new UrmaException(UrmaStatus.Exists, "there already");
                case 2:
                    throw new InvalidOperationException("a defect");
                case 3:
                    reply.Extend(reply.Room + 1);
                    break;
                case 4:
                    reply.AddFd(999_999);
                    break;
                default:
                    reply.Write(request.Payload);
                    break;
            }
        });
        LoopbackPeer peer = a.Connect(b);

        Assert.Equal(UrmaStatus.Exists, Assert.Throws<UrmaException>(() => a.Ask(peer, 1)).Status);
        Assert.Contains("a defect", Assert.Throws<UrmaException>(() => a.Ask(peer, 2)).Message, StringComparison.Ordinal);
        Assert.Throws<UrmaException>(() => a.Ask(peer, 3));
        Assert.Throws<UrmaException>(() => a.Ask(peer, 4));
        Assert.Equal([5], a.Ask(peer, 5));
        Assert.True(peer.IsAlive);
    }

    [Fact]
    public void Notices_arrive_in_order_and_before_later_requests()
    {
        using var a = new TestEngine(_fabric);
        using var b = new TestEngine(_fabric);
        LoopbackPeer peer = a.Connect(b);

        for (byte i = 0; i < 100; i++)
        {
            Assert.True(a.Plane.TryNotify(peer, ControlMessage.RevokeSegment, [i]));
        }

        a.Ask(peer, 1);

        Assert.Equal(100, b.Notices.Count);
        for (byte i = 0; i < 100; i++)
        {
            (LoopbackPeer from, ControlMessage type, byte[] payload) = TestEngine.Take(b.Notices);
            Assert.Equal(a.Uasid, from.Uasid);
            Assert.Equal(ControlMessage.RevokeSegment, type);
            Assert.Equal([i], payload);
        }
    }

    [Fact]
    public void An_engine_can_be_its_own_peer()
    {
        using var a = new TestEngine(_fabric, "me");

        LoopbackPeer self = a.Connect(a);

        Assert.Equal(a.Uasid, TestEngine.MarkOf(self));
        Assert.Equal([1, 2, 3], a.Ask(self, 1, 2, 3));
        Assert.Same(self, a.Connect(a));
        Assert.Same(self, Assert.Single(a.Plane.Peers));
        Assert.True(a.Plane.TryNotify(self, ControlMessage.RevokeSegment, [4]));
        Assert.Same(self, TestEngine.Take(a.Notices).Peer);
    }

    [Fact]
    public void Closing_an_engine_is_a_departure_with_a_goodbye()
    {
        using var a = new TestEngine(_fabric);
        var b = new TestEngine(_fabric, "leaver");
        LoopbackPeer peer = a.Connect(b);

        b.Dispose();

        Assert.Same(peer, TestEngine.Take(a.Lost));
        Assert.False(peer.IsAlive);
        Assert.Equal($"{peer.Name} left: it closed its context", peer.Fault);
        Assert.Empty(a.Plane.Peers);
        Assert.Equal(UrmaStatus.Failed, Assert.Throws<UrmaException>(() => a.Ask(peer)).Status);
        Assert.False(a.Plane.TryNotify(peer, ControlMessage.RevokeSegment, []));
        Assert.Contains("nobody listens", Assert.Throws<UrmaException>(() => a.Connect(b)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_in_flight_fails_when_the_peer_leaves()
    {
        using var a = new TestEngine(_fabric);
        using var leaver = new RawClient(a);
        leaver.Introduce(5);
        LoopbackPeer peer = a.AwaitPeer(5);
        Task<UrmaException> request = Task.Run(() => Assert.Throws<UrmaException>(() => a.Ask(peer, 1)));
        Assert.Equal((uint)ControlMessage.ImportSegment, leaver.Receive()!.Value.Type);

        leaver.Send(RawClient.Frame((uint)ControlMessage.Goodbye, 0, 0));

        UrmaException error = request.WaitAsync(Soon).Result;
        Assert.Equal(UrmaStatus.Failed, error.Status);
        Assert.Equal($"{peer.Name} left: it closed its context.", error.Message);
    }

    [Fact]
    public void A_request_in_flight_fails_when_its_own_engine_closes()
    {
        var a = new TestEngine(_fabric);
        using var silent = new RawClient(a);
        silent.Introduce(5);
        LoopbackPeer peer = a.AwaitPeer(5);
        Task<UrmaException> request = Task.Run(() => Assert.Throws<UrmaException>(() => a.Ask(peer, 1)));
        Assert.Equal((uint)ControlMessage.ImportSegment, silent.Receive()!.Value.Type);

        a.Dispose();

        Assert.Contains("was closed", request.WaitAsync(Soon).Result.Message, StringComparison.Ordinal);
        Assert.Equal((uint)ControlMessage.Goodbye, silent.Receive()!.Value.Type);
        Assert.Null(silent.Receive());
    }

    [Fact]
    public void A_used_uasid_is_refused_and_a_freed_one_makes_a_new_peer()
    {
        using var a = new TestEngine(_fabric);
        var first = new TestEngine(_fabric, "first", uasid: 42);
        LoopbackPeer before = a.Connect(first);
        Assert.Equal(UrmaStatus.Exists, Assert.Throws<UrmaException>(() => new TestEngine(_fabric, uasid: 42)).Status);

        first.Dispose();
        using var second = new TestEngine(_fabric, "second", uasid: 42);
        LoopbackPeer after = a.Connect(second);

        Assert.NotSame(before, after);
        Assert.NotEqual(before.Index, after.Index);
        Assert.NotEqual(before.Incarnation, after.Incarnation);
        Assert.False(before.IsAlive);
        Assert.Equal("second", after.Label);
        Assert.Equal([1], a.Ask(after, 1));
    }

    [Fact]
    public void Waiting_on_the_fabric_thread_is_refused()
    {
        using var a = new TestEngine(_fabric);
        using var b = new TestEngine(_fabric);
        LoopbackPeer peer = a.Connect(b);
        b.OnRequest = (LoopbackPeer from, in ControlRequest _, ControlReply _) => b.Plane.Request(
            from, ControlMessage.ImportSegment, [], [], Soon);

        var error = Assert.Throws<UrmaException>(() => a.Ask(peer));

        Assert.Contains("fabric thread", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Waking_runs_the_tick()
    {
        using var a = new TestEngine(_fabric);
        int before = Volatile.Read(ref a.Ticks);

        a.Plane.Wake();

        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref a.Ticks) > before, Soon));
    }

    [Fact]
    public void An_idle_engine_with_peers_sleeps()
    {
        using var a = new TestEngine(_fabric);
        using var b = new TestEngine(_fabric);
        a.Ask(a.Connect(b), 1);
        Thread.Sleep(50);
        int before = Volatile.Read(ref a.Ticks);

        Thread.Sleep(300);

        Assert.InRange(Volatile.Read(ref a.Ticks) - before, 0, 5);
    }

    [Fact]
    public void Closing_on_the_fabric_thread_returns_and_then_ends_it()
    {
        using var a = new TestEngine(_fabric);
        var b = new TestEngine(_fabric);
        LoopbackPeer peer = a.Connect(b);
        b.OnRequest = (LoopbackPeer _, in ControlRequest _, ControlReply reply) =>
        {
            b.Plane.Dispose();
            reply.Write([b.Plane.HasEnded ? (byte)1 : (byte)0]);
        };

        Assert.Equal([0], a.Ask(peer));

        Assert.Same(peer, TestEngine.Take(a.Lost));
        b.Dispose();
        Assert.True(b.Plane.HasEnded);
        b.Dispose();
        Assert.Contains("was closed", Assert.Throws<UrmaException>(() => b.Connect(a)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u << 24)]
    public void A_uasid_has_24_bits(uint uasid)
    {
        Assert.Equal(
            UrmaStatus.InvalidArgument,
            Assert.Throws<UrmaException>(() => new TestEngine(_fabric, uasid: uasid)).Status);
        using var a = new TestEngine(_fabric);
        Assert.Equal(
            UrmaStatus.InvalidArgument,
            Assert.Throws<UrmaException>(() => a.Plane.GetPeer(a.Plane.Eid, uasid, Soon)).Status);
    }

    [Fact]
    public void An_eid_of_elsewhere_is_refused()
    {
        using var a = new TestEngine(_fabric);

        var error = Assert.Throws<UrmaException>(() => a.Plane.GetPeer(new Eid(1, 2), 42, Soon));

        Assert.Equal(UrmaStatus.InvalidArgument, error.Status);
    }
}
