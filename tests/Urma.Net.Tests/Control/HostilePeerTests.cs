using System.Diagnostics;
using System.Text;
using Urma.Net.Internal;
using Urma.Net.Interop.Libc;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Tests.Control;

/// <summary>Peers of the same user that do not keep to the protocol lose their connection and nothing else is harmed.</summary>
public sealed class HostilePeerTests : IDisposable
{
    private static readonly TimeSpan Soon = TestEngine.Soon;
    private static readonly ControlLimits Hasty = new() { HandshakeTimeout = TimeSpan.FromMilliseconds(50) };

    private readonly LoopbackFabric _fabric = TestEngine.NewFabric();
    private readonly TestEngine _target;
    private readonly TestEngine _friend;
    private readonly LoopbackPeer _friendsView;

    public HostilePeerTests()
    {
        _target = new TestEngine(_fabric, "target");
        _friend = new TestEngine(_fabric, "friend");
        _friendsView = _friend.Connect(_target);
    }

    // Whatever a test did, whoever was connected before still is, and others still can.
    public void Dispose()
    {
        Assert.Equal([1, 2], _friend.Ask(_friendsView, 1, 2));
        Assert.True(_friendsView.IsAlive);
        using (var late = new TestEngine(_fabric, "late"))
        {
            Assert.Equal([3], late.Ask(late.Connect(_target), 3));
        }

        _friend.Dispose();
        _target.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(300)]
    [InlineData(UnixChannel.MaximumFrame)]
    public void Garbage_before_the_introduction_is_refused_with_a_reason(int length)
    {
        using var raw = new RawClient(_target);
        byte[] garbage = new byte[length];
        Array.Fill(garbage, (byte)0xa5);

        raw.Send(garbage, raw.Self, raw.Self, raw.Page);

        Assert.NotNull(raw.ReadToEnd());
        Assert.Contains($"process {Environment.ProcessId}", TestEngine.Take(_target.Refused), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_of_an_introduction_is_refused()
    {
        byte[] hello = RawClient.HelloFrame(_fabric, 5, 1, "label");
        for (int length = 1; length < hello.Length; length++)
        {
            using var raw = new RawClient(_target);
            raw.Send(hello[..length], raw.Self, raw.Page);
            Assert.NotNull(raw.ReadToEnd());
        }

        Assert.Single(_target.Plane.Peers);
    }

    [Fact]
    public void Every_changed_byte_of_an_introduction_is_refused_or_harmless()
    {
        byte[] hello = RawClient.HelloFrame(_fabric, 5, 1, "label");
        for (int i = 0; i < hello.Length; i++)
        {
            using var raw = new RawClient(_target);
            byte[] changed = [.. hello];
            changed[i] ^= 0xff;
            raw.Send(changed, raw.Self, raw.Page);
            Assert.NotNull(raw.Receive());
        }

        using var honest = new RawClient(_target);
        honest.Send(RawClient.HelloFrame(_fabric, 6, 1, "label"), honest.Self, honest.Page);
        Assert.NotNull(honest.Receive());
    }

    [Fact]
    public void Another_version_is_named_on_both_sides()
    {
        using var raw = new RawClient(_target);
        byte[] hello = RawClient.HelloFrame(_fabric, 5, 1);
        hello[ControlFrame.HeaderSize + 8] = 99;

        raw.Send(hello, raw.Self, raw.Page);

        Assert.Contains("version 99", raw.ReadToEnd(), StringComparison.Ordinal);
        Assert.Contains("version 99", TestEngine.Take(_target.Refused), StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_of_another_version_is_named_on_both_sides()
    {
        using UnixListener listener = UnixListener.Bind(_fabric.EngineName(99));
        Task<UrmaException> connection = Task.Run(
            () => Assert.Throws<UrmaException>(() => _target.Plane.GetPeer(_fabric.Eid, 99, Soon)));
        using var raw = new RawClient(_fabric, listener.Accept(Soon));
        Assert.Equal((uint)ControlMessage.Hello, raw.Receive()!.Value.Type);
        byte[] hello = RawClient.HelloFrame(_fabric, 99, 1);
        hello[ControlFrame.HeaderSize + 8] = 98;

        raw.Send(hello, raw.Self, raw.Page);

        Assert.Contains("version 98", raw.ReadToEnd(), StringComparison.Ordinal);
        Assert.Contains("version 98", connection.WaitAsync(Soon).Result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_reaches_the_caller_without_its_control_characters()
    {
        using UnixListener listener = UnixListener.Bind(_fabric.EngineName(99));
        Task<UrmaException> connection = Task.Run(
            () => Assert.Throws<UrmaException>(() => _target.Plane.GetPeer(_fabric.Eid, 99, Soon)));
        using var raw = new RawClient(_fabric, listener.Accept(Soon));

        raw.Send(RawClient.Frame((uint)ControlMessage.Refusal, 0, -12345, Encoding.UTF8.GetBytes("go\naway")));

        UrmaException error = connection.WaitAsync(Soon).Result;
        Assert.Equal(UrmaStatus.Failed, error.Status);
        Assert.Contains("go away", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("one")]
    [InlineData("swapped")]
    [InlineData("other process")]
    [InlineData("small page")]
    [InlineData("no page")]
    public void An_introduction_with_the_wrong_descriptors_is_refused(string wrong)
    {
        using var raw = new RawClient(_target);
        byte[] hello = RawClient.HelloFrame(_fabric, 5, 1);
        using Process child = Process.Start("/bin/sleep", "600");
        using PidFd other = PidFd.Open(child.Id);
        using MemoryFile small = MemoryFile.Create("urma-test-page", TestEngine.PageLength / 2);
        try
        {
            switch (wrong)
            {
                case "none":
                    raw.Send(hello);
                    break;
                case "one":
                    raw.Send(hello, raw.Self);
                    break;
                case "swapped":
                    raw.Send(hello, raw.Page, raw.Self);
                    break;
                case "other process":
                    raw.Send(hello, other.Descriptor, raw.Page);
                    break;
                case "small page":
                    raw.Send(hello, raw.Self, small.Descriptor);
                    break;
                default:
                    raw.Send(hello, raw.Self, raw.Self);
                    break;
            }

            Assert.NotNull(raw.ReadToEnd());
        }
        finally
        {
            other.Signal(Libc.SIGKILL);
            child.WaitForExit();
        }
    }

    [Fact]
    public void Who_says_nothing_is_sent_away_in_time()
    {
        using var target = new TestEngine(_fabric, limits: Hasty);
        using var raw = new RawClient(target);

        Assert.Contains("in time", raw.ReadToEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void Silent_connections_are_bounded_and_the_oldest_goes_first()
    {
        using var target = new TestEngine(_fabric, limits: new ControlLimits { MaximumSilent = 4 });
        List<RawClient> silent = [];
        for (int i = 0; i < 20; i++)
        {
            silent.Add(new RawClient(target));
        }

        using var friend = new TestEngine(_fabric);
        Assert.Equal([1], friend.Ask(friend.Connect(target), 1));

        Assert.All(silent.Take(16), raw => Assert.NotNull(raw.ReadToEnd()));
        silent.ForEach(raw => raw.Dispose());
    }

    [Fact]
    public void A_peer_that_breaks_the_protocol_is_disconnected_and_named()
    {
        byte[][] violations =
        [
            [1, 2, 3],
            RawClient.HelloFrame(_fabric, 5, 1),
            RawClient.Frame((uint)ControlMessage.Info, 1, 0),
            RawClient.Frame((uint)ControlMessage.Refusal, 0, 0),
        ];
        foreach (byte[] violation in violations)
        {
            using var raw = new RawClient(_target);
            raw.Introduce(5);

            raw.Send(violation, raw.Self);

            raw.ReadToEnd();
            LoopbackPeer lost = TestEngine.Take(_target.Lost);
            Assert.Equal(5u, lost.Uasid);
            Assert.Contains("'raw'", lost.Fault, StringComparison.Ordinal);
            Assert.Contains("was disconnected", lost.Fault, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Replies_nobody_asked_for_and_unknown_requests_are_survived()
    {
        using var raw = new RawClient(_target);
        raw.Introduce(5);

        raw.Send(RawClient.Frame((uint)ControlMessage.ImportSegment | ControlFrame.ReplyBit, 77, 0, 1, 2), raw.Self);
        raw.Send(RawClient.Frame(0xffff_ffff, 0, -1));
        raw.Send(RawClient.Frame(0x7fff_ffff, 9, 0, 3), raw.Self);

        Assert.Equal([1, 2], TestEngine.Take(_target.LateReplies));
        (uint type, uint id, int status, byte[] payload) = raw.Receive()!.Value;
        Assert.Equal(0xffff_ffff, type);
        Assert.Equal((9u, 0), (id, status));
        Assert.Equal([3], payload);
    }

    [Fact]
    public void Who_asks_on_without_reading_is_disconnected()
    {
        var limits = new ControlLimits { QueuedFrames = 8, QueuedReplies = 8 };
        using var target = new TestEngine(_fabric, limits: limits);
        using var raw = new RawClient(target);
        raw.Introduce(5);
        byte[] request = RawClient.Frame((uint)ControlMessage.ImportSegment, 1, 0, new byte[32 * 1024]);

        try
        {
            for (int i = 0; i < 1000; i++)
            {
                raw.Send(request);
            }
        }
        catch (UrmaException closed) when (closed.Status == UrmaStatus.Failed)
        {
        }

        LoopbackPeer lost = TestEngine.Take(target.Lost);
        Assert.Contains("without reading", lost.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_peer_that_does_not_read_fills_a_bounded_queue()
    {
        var limits = new ControlLimits { QueuedFrames = 8 };
        using var target = new TestEngine(_fabric, limits: limits);
        using var raw = new RawClient(target);
        raw.Introduce(5);
        LoopbackPeer peer = target.AwaitPeer(5);
        byte[] payload = new byte[32 * 1024];
        int sent = 0;
        while (sent < 1000 && target.Plane.TryNotify(peer, ControlMessage.RevokeSegment, payload))
        {
            sent++;
        }

        Assert.InRange(sent, 8, 999);
        var error = Assert.Throws<UrmaException>(() => target.Plane.Request(
            peer, ControlMessage.ImportSegment, [1], [raw.Page], TimeSpan.FromMilliseconds(50)));
        Assert.Equal(UrmaStatus.TimedOut, error.Status);
        Assert.True(peer.IsAlive);

        // Once it reads, everything arrives, in order, and there is room again.
        Task<ControlResponse> late = Task.Run(() => target.Plane.Request(
            peer, ControlMessage.ImportJfr, [2], [raw.Page, raw.Page], Soon));
        for (int i = 0; i < sent; i++)
        {
            Assert.Equal((uint)ControlMessage.RevokeSegment, raw.Receive()!.Value.Type);
        }

        (uint type, uint id, _, byte[] asked) = raw.Receive()!.Value;
        Assert.Equal((uint)ControlMessage.ImportJfr, type);
        Assert.Equal([2], asked);
        raw.Send(RawClient.Frame(type | ControlFrame.ReplyBit, id, 0, 9));
        using ControlResponse response = late.WaitAsync(Soon).Result;
        Assert.Equal([9], response.Payload);
    }

    [Fact]
    public void An_impostor_does_not_displace_a_living_peer_and_is_displaced_by_the_holder_of_the_name()
    {
        using var holder = new TestEngine(_fabric, "holder");
        LoopbackPeer peer = _target.Connect(holder);
        using (var impostor = new RawClient(_target))
        {
            impostor.Send(RawClient.HelloFrame(_fabric, holder.Uasid, 1), impostor.Self, impostor.Page);
            Assert.Contains("which is alive", impostor.ReadToEnd(), StringComparison.Ordinal);
        }

        Assert.True(peer.IsAlive);
        Assert.Equal([1], _target.Ask(peer, 1));

        using var second = new TestEngine(_fabric, "second holder");
        using var squatter = new RawClient(_target);
        squatter.Introduce(second.Uasid);
        LoopbackPeer squatting = _target.AwaitPeer(second.Uasid);
        squatter.Dispose();
        Assert.Equal([2], second.Ask(second.Connect(_target), 2));
        Assert.False(squatting.IsAlive);
    }

    [Fact]
    public void Too_many_peers_are_refused()
    {
        using var target = new TestEngine(_fabric, limits: new ControlLimits { MaximumPeers = 2 });
        using var a = new TestEngine(_fabric);
        using var b = new TestEngine(_fabric);
        using var c = new TestEngine(_fabric);
        a.Connect(target);
        b.Connect(target);

        var error = Assert.Throws<UrmaException>(() => c.Connect(target));

        Assert.Equal(UrmaStatus.OutOfMemory, error.Status);
        Assert.Contains("2 peers already", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_handler_can_refuse_a_newcomer()
    {
        using var target = new TestEngine(_fabric);
        target.Connecting = _ => throw new UrmaException(UrmaStatus.InvalidArgument, "its context page is blank");
        using var a = new TestEngine(_fabric);

        var error = Assert.Throws<UrmaException>(() => a.Connect(target));

        Assert.Equal(UrmaStatus.InvalidArgument, error.Status);
        Assert.Contains("its context page is blank", error.Message, StringComparison.Ordinal);
        Assert.Empty(target.Plane.Peers);
        target.Connecting = _ => throw new InvalidOperationException("a defect");
        Assert.Contains("a defect", Assert.Throws<UrmaException>(() => a.Connect(target)).Message, StringComparison.Ordinal);
        target.Connecting = null;
        Assert.Equal([1], a.Ask(a.Connect(target), 1));
    }
}
