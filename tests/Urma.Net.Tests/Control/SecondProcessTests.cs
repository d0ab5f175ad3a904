using System.Globalization;
using System.Text;
using Urma.Net.Internal;
using Urma.Net.Interop.Libc;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Tests.Control;

/// <summary>What only shows between real processes: deaths, stops, children.</summary>
public sealed class SecondProcessTests
{
    // So long that a death which is only noticed by a timeout shows as the wrong status.
    private static readonly ControlLimits Patient = new() { HandshakeTimeout = TimeSpan.FromMinutes(5) };
    private static readonly TimeSpan Soon = TestEngine.Soon;

    private readonly LoopbackFabric _fabric = TestEngine.NewFabric();

    [Fact]
    public void Processes_find_ask_and_leave_each_other()
    {
        using var a = new TestEngine(_fabric, "here");
        using PeerProcess process = PeerProcess.Engine(_fabric.Name, "there", out uint uasid);

        LoopbackPeer peer = a.Plane.GetPeer(a.Plane.Eid, uasid, Soon);

        Assert.Equal(process.Id, peer.ProcessId);
        Assert.Equal("there", peer.Label);
        Assert.Equal([1, 2, 3], a.Ask(peer, 1, 2, 3));
        process.Tell($"connect {a.Uasid}");
        Assert.Equal("connected here", process.Expect("connected"));

        process.Tell("close");
        Assert.Same(peer, TestEngine.Take(a.Lost));
        Assert.Equal($"{peer.Name} left: it closed its context", peer.Fault);
    }

    [Fact]
    public void A_killed_peer_has_exited()
    {
        using var a = new TestEngine(_fabric);
        using PeerProcess process = PeerProcess.Engine(_fabric.Name, "victim", out uint uasid);
        LoopbackPeer peer = a.Plane.GetPeer(a.Plane.Eid, uasid, Soon);

        process.Kill();

        Assert.Same(peer, TestEngine.Take(a.Lost));
        Assert.Equal($"peer 'victim' (process {process.Id}, UASID 0x{uasid:x6}) exited", peer.Fault);
    }

    [Fact]
    public void A_peer_killed_while_it_owes_a_reply_fails_the_request()
    {
        using var a = new TestEngine(_fabric);
        using PeerProcess process = PeerProcess.Engine(_fabric.Name, "victim", out uint uasid);
        LoopbackPeer peer = a.Plane.GetPeer(a.Plane.Eid, uasid, Soon);
        Task<UrmaException> request = Task.Run(() => Assert.Throws<UrmaException>(() => a.Ask(peer, 255)));
        process.Expect("hanging");

        process.Kill();

        UrmaException error = request.WaitAsync(Soon).Result;
        Assert.Equal(UrmaStatus.Failed, error.Status);
        Assert.Equal(peer.Fault + ".", error.Message);
        Assert.Contains("exited", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("listen")]
    [InlineData("accept")]
    [InlineData("read")]
    public void A_peer_killed_at_a_step_of_the_handshake_fails_the_connection_and_is_named(string step)
    {
        using var a = new TestEngine(_fabric, limits: Patient);
        using var process = new PeerProcess("step", _fabric.Name, "77", step);
        process.Expect("ready");
        Task<UrmaException> connection = Task.Run(
            () => Assert.Throws<UrmaException>(() => a.Plane.GetPeer(a.Plane.Eid, 77, Soon)));
        if (step == "listen")
        {
            // It does not say when we are in its queue; whether the kill comes before or after, it must be noticed.
            Thread.Sleep(50);
        }
        else
        {
            process.Expect("at " + step);
        }

        process.Kill();

        UrmaException error = connection.WaitAsync(Soon).Result;
        Assert.Equal(UrmaStatus.Failed, error.Status);
        Assert.Contains($"process {process.Id}, UASID 0x00004d", error.Message, StringComparison.Ordinal);
        Assert.Contains("exited during the handshake", error.Message, StringComparison.Ordinal);
        Assert.Empty(a.Plane.Peers);
    }

    [Theory]
    [InlineData("silent")]
    [InlineData("hello")]
    public void A_knocker_killed_at_a_step_of_the_handshake_harms_nobody(string step)
    {
        using var a = new TestEngine(_fabric, limits: Patient);
        using var b = new TestEngine(_fabric);
        using var process = new PeerProcess("knock", _fabric.Name, a.Uasid.ToString(CultureInfo.InvariantCulture), step);
        process.Expect("at " + step);
        if (step == "hello")
        {
            a.AwaitPeer(4711);
        }

        process.Kill();

        if (step == "hello")
        {
            LoopbackPeer lost = TestEngine.Take(a.Lost);
            Assert.Equal(process.Id, lost.ProcessId);
            Assert.EndsWith("exited", lost.Fault, StringComparison.Ordinal);
        }

        Assert.Equal([1], b.Ask(b.Connect(a), 1));
    }

    [Fact]
    public void A_stopped_peer_is_slow_not_dead()
    {
        using var a = new TestEngine(_fabric);
        using PeerProcess process = PeerProcess.Engine(_fabric.Name, "sleeper", out uint uasid);
        LoopbackPeer peer = a.Plane.GetPeer(a.Plane.Eid, uasid, Soon);
        process.Stop();

        var error = Assert.Throws<UrmaException>(() => a.Plane.Request(
            peer, ControlMessage.ImportSegment, [5], [], TimeSpan.FromMilliseconds(100)));

        Assert.Equal(UrmaStatus.TimedOut, error.Status);
        Assert.Contains(peer.Name, error.Message, StringComparison.Ordinal);
        Assert.True(peer.IsAlive);

        process.Continue();
        Assert.Equal([6], a.Ask(peer, 6));
        Assert.Equal([5], TestEngine.Take(a.LateReplies));
        Assert.Empty(a.Lost);
    }

    [Fact]
    public void A_stopped_engine_is_named_when_connecting_times_out()
    {
        using var a = new TestEngine(_fabric);
        using PeerProcess process = PeerProcess.Engine(_fabric.Name, "sleeper", out uint uasid);
        process.Stop();

        var error = Assert.Throws<UrmaException>(
            () => a.Plane.GetPeer(a.Plane.Eid, uasid, TimeSpan.FromMilliseconds(100)));

        Assert.Equal(UrmaStatus.TimedOut, error.Status);
        Assert.Contains($"process {process.Id}", error.Message, StringComparison.Ordinal);

        process.Continue();
        Assert.Equal([1], a.Ask(a.Plane.GetPeer(a.Plane.Eid, uasid, Soon), 1));
    }

    [Fact]
    public void A_peer_whose_child_keeps_its_sockets_is_seen_to_die()
    {
        using var a = new TestEngine(_fabric, limits: Patient);
        using PeerProcess process = PeerProcess.Engine(_fabric.Name, "parent", out uint uasid);
        LoopbackPeer peer = a.Plane.GetPeer(a.Plane.Eid, uasid, Soon);
        process.Tell("child");
        using PidFd child = PidFd.Open(int.Parse(process.Expect("child ")["child ".Length..], CultureInfo.InvariantCulture));
        try
        {
            process.Kill();

            Assert.Same(peer, TestEngine.Take(a.Lost));
            Assert.EndsWith("exited", peer.Fault, StringComparison.Ordinal);

            // The child still holds the dead engine's name, so that connecting to it reaches nobody.
            var error = Assert.Throws<UrmaException>(() => a.Plane.GetPeer(a.Plane.Eid, uasid, Soon));
            Assert.Equal(UrmaStatus.Failed, error.Status);
            Assert.Contains($"process {process.Id}", error.Message, StringComparison.Ordinal);
            Assert.False(child.HasExited);
        }
        finally
        {
            child.Signal(Libc.SIGKILL);
        }
    }

    [Fact]
    public void Names_are_found_across_processes_and_go_with_their_process()
    {
        using var a = new TestEngine(_fabric);
        using PeerProcess process = PeerProcess.Engine(_fabric.Name, "publisher", out _);
        using IDisposable mine = a.Plane.Publish("from-here", Encoding.UTF8.GetBytes("hello"));
        process.Tell("lookup from-here");
        Assert.Equal("found hello", process.Expect("found"));
        process.Tell("publish from-there world");
        process.Expect("published");
        Assert.Equal("world", Encoding.UTF8.GetString(a.Plane.Lookup("from-there", Soon)));

        process.Stop();
        var stopped = Assert.Throws<UrmaException>(() => a.Plane.Lookup("from-there", TimeSpan.FromMilliseconds(100)));
        Assert.Equal(UrmaStatus.TimedOut, stopped.Status);
        Assert.Contains($"Process {process.Id}", stopped.Message, StringComparison.Ordinal);
        FabricListing listing = _fabric.Enumerate(TimeSpan.FromMilliseconds(100));
        FabricEngine sleeper = Assert.Single(listing.Engines, engine => engine.ProcessId == process.Id);
        Assert.Null(sleeper.Label);
        Assert.NotNull(sleeper.Trouble);

        process.KillAndWait();
        var gone = Assert.Throws<UrmaException>(() => a.Plane.Lookup("from-there", TimeSpan.FromMilliseconds(100)));
        Assert.Contains("Nobody published", gone.Message, StringComparison.Ordinal);
    }
}
