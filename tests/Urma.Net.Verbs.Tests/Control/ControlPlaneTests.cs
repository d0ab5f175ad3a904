using System.Net;
using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs.Tests.Control;

/// <summary>Engines of one process that ask each other over TCP.</summary>
public sealed class ControlPlaneTests
{
    private static readonly QueuePairAddress Address = new(0xABCDEF, 0x123456, new Eid(1, 2), 3, 1, 5, 16, 15, 12);

    [Fact]
    public void Every_request_is_answered()
    {
        using var owner = new Engine();
        using var importer = new Engine();
        ControlPeer peer = importer.Connect(owner);

        Assert.Equal(new ImportSegmentAnswer(0x1000, 4103, 99, SegmentAccess.All, 2), importer.Import(owner));
        Assert.Equal(
            new ImportJettyAnswer(TransportMode.ReliableMessage, TargetKind.Jetty, 4),
            importer.Plane.ImportJetty(peer, new ImportJettyRequest(2, 3, Engine.Secret), Engine.Bound));
        Assert.Equal(
            new ConnectLaneAnswer(105, Address with { Number = 0xABCDF0 }, Engine.Immediates),
            importer.Plane.ConnectLane(
                peer, new ConnectLaneRequest(LaneKind.ReliableMessage, 5, 6, 2, 3, Engine.Secret, Address), Engine.Bound));
        Assert.Equal(
            new ReconnectLaneAnswer(Address),
            importer.Plane.ReconnectLane(peer, new ReconnectLaneRequest(105, Address), Engine.Bound));
        Assert.Equal(
            new ExecuteAtomicAnswer(30),
            importer.Plane.ExecuteAtomic(
                peer, new ExecuteAtomicRequest(7, 2, Engine.Secret, Opcode.CompareSwap, 8, 16, 10, 20), Engine.Bound));
        importer.Plane.Ping(peer, Engine.Bound);
    }

    [Fact]
    public void An_engine_is_known_by_where_it_listens()
    {
        using var owner = new Engine(new ControlOptions { Label = "the owner" });
        using var importer = new Engine();
        EngineIdentity known = importer.Connect(owner).Identity;
        Assert.Equal(owner.Plane.Identity, known);
        Assert.Equal("::ffff:127.0.0.1", known.Eid.ToString());
        Assert.Equal("the owner", known.Label);
        Assert.InRange(known.Uasid, 1u, 65535u);
        Assert.Same(importer.Connect(owner), importer.Connect(owner));
    }

    [Fact]
    public void A_wrong_token_is_not_permitted_and_an_unknown_engine_is_absent()
    {
        using var importer = new Engine();
        using var owner = new Engine();
        UrmaException wrong = Assert.Throws<UrmaException>(
            () => importer.Plane.ImportSegment(importer.Connect(owner), new ImportSegmentRequest(7, 1, new Token(1)), Engine.Bound));
        Assert.Equal(UrmaStatus.OperationNotPermitted, wrong.Status);
        Assert.Contains("segment 7", wrong.Message, StringComparison.Ordinal);

        (Eid eid, uint uasid) = (owner.Eid, owner.Uasid);
        owner.Dispose();
        Engine.Until(() => !importer.Lost.IsEmpty, "the owner is lost");
        UrmaException absent = Assert.Throws<UrmaException>(() => importer.Plane.GetPeer(eid, uasid, Engine.Bound));
        Assert.Equal(111, absent.NativeError); // ECONNREFUSED
    }

    [Fact]
    public void An_engine_asks_itself()
    {
        using var engine = new Engine();
        Assert.Equal(4103, engine.Import(engine).Length);
    }

    [Fact]
    public void Notices_arrive_in_order_behind_requests_also_from_owner_to_importer()
    {
        using var owner = new Engine();
        using var importer = new Engine();
        importer.Import(owner);
        ControlPeer toOwner = importer.Connect(owner);
        for (uint i = 0; i < 100; i++)
        {
            Assert.True(importer.Plane.TryNotify(toOwner, new ReleaseSegment(i, i)));
        }

        Engine.Until(() => owner.Heard.Count == 101, "everything is heard");
        Assert.Equal(
            ["connected", .. Enumerable.Range(0, 100).Select(i => new ReleaseSegment((uint)i, (uint)i).ToString())], owner.Heard);

        Assert.True(owner.Importers.TryDequeue(out ControlPeer? toImporter));
        Assert.False(toImporter.IsOutgoing);
        Assert.Empty(owner.Plane.Withdraw([toImporter], new JettyGone(1, 2), Engine.Bound));
        Assert.Empty(owner.Plane.Revoke([toImporter], new RevokeRequest(7, 2), Engine.Bound));
        Assert.Equal([new JettyGone(1, 2).ToString(), new RevokeRequest(7, 2).ToString()], importer.Heard);
    }

    [Fact]
    public void Importers_that_do_not_confirm_a_revocation_are_named()
    {
        using var owner = new Engine();
        using var quick = new Engine();
        using var slow = new Engine();
        using var release = new ManualResetEventSlim();
        quick.Import(owner);
        slow.Import(owner);
        slow.BeforeRequest = _ => release.Wait(Engine.Bound);
        ControlPeer[] importers = [.. owner.Importers];
        IReadOnlyList<ControlPeer> silent = owner.Plane.Revoke(importers, new RevokeRequest(7, 2), TimeSpan.FromMilliseconds(300));
        release.Set();
        Assert.Equal([slow.Plane.Identity], silent.Select(p => p.Identity));
    }

    [Fact]
    public void A_slow_request_holds_up_nobody_else()
    {
        using var owner = new Engine();
        using var slow = new Engine();
        using var quick = new Engine();
        using var release = new ManualResetEventSlim();
        ControlPeer slowPeer = slow.Connect(owner);
        ControlPeer quickPeer = quick.Connect(owner);
        owner.BeforeRequest = peer =>
        {
            if (peer.Identity == slow.Plane.Identity)
            {
                release.Wait(Engine.Bound);
            }
        };
        Task<ImportSegmentAnswer> waiting = Task.Run(
            () => slow.Plane.ImportSegment(slowPeer, new ImportSegmentRequest(1, 1, Engine.Secret), Engine.Bound));
        for (int i = 0; i < 100; i++)
        {
            quick.Plane.ImportSegment(quickPeer, new ImportSegmentRequest(2, 1, Engine.Secret), Engine.Bound);
        }

        Assert.False(waiting.IsCompleted);
        slow.Plane.Ping(slowPeer, Engine.Bound);
        release.Set();
        Assert.Equal(4097, waiting.Result.Length);
    }

    [Fact]
    public void What_is_answered_too_late_is_given_back()
    {
        using var owner = new Engine();
        using var importer = new Engine();
        using var release = new ManualResetEventSlim();
        ControlPeer peer = importer.Connect(owner);
        owner.BeforeRequest = _ => release.Wait(Engine.Bound);
        UrmaException late = Assert.Throws<UrmaException>(
            () => importer.Plane.ImportSegment(peer, new ImportSegmentRequest(7, 1, Engine.Secret), TimeSpan.FromMilliseconds(100)));
        Assert.Equal(UrmaStatus.TimedOut, late.Status);

        using var cancel = new CancellationTokenSource(100);
        Assert.ThrowsAny<OperationCanceledException>(() => importer.Plane.ConnectLane(
            peer, new ConnectLaneRequest(LaneKind.OneSided, 5, 6, 0, 0, default, Address), Engine.Bound, cancel.Token));
        release.Set();
        Engine.Until(() => owner.Heard.Count == 3, "both are given back");
        Assert.Equal(["connected", new ReleaseSegment(7, 2).ToString(), new DisconnectLane(105).ToString()], owner.Heard);
    }

    [Fact]
    public void Calls_that_wait_are_refused_on_threads_that_serve()
    {
        using var owner = new Engine();
        using var importer = new Engine();
        Exception? refused = null;
        owner.BeforeRequest = peer => refused = Record.Exception(() => owner.Plane.Ping(peer, Engine.Bound));
        importer.Import(owner);
        Assert.IsType<InvalidOperationException>(refused);
    }

    [Fact]
    public void A_departure_is_news_once_however_many_connections_there_were()
    {
        using var one = new Engine();
        var other = new Engine();
        one.Import(other);
        other.Import(one);
        other.Dispose();
        Engine.Until(() => one.Lost.Count == 2, "both connections are lost");
        Assert.Equal(1, one.Lost.Count(static l => l.IsNews));
        Assert.All(one.Lost, l => Assert.Contains("closed its context", l.Peer.Fault, StringComparison.Ordinal));
        UrmaException gone = Assert.Throws<UrmaException>(() => one.Plane.Ping(one.Importers.First(), Engine.Bound));
        Assert.Contains("closed its context", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chosen_port_that_is_taken_is_refused_by_name()
    {
        using var first = new Engine();
        UrmaException taken = Assert.Throws<UrmaException>(() => new Engine(new ControlOptions { Port = (int)first.Uasid }));
        Assert.Equal(UrmaStatus.Exists, taken.Status);
    }

    [Fact]
    public void Options_that_peers_could_not_be_told_are_refused()
    {
        foreach (ControlOptions wrong in (ControlOptions[])
            [new() { Label = new string('x', 64) }, new() { Address = IPAddress.Any }, new() { Port = 65536 }])
        {
            Assert.Equal(UrmaStatus.InvalidArgument, Assert.Throws<UrmaException>(() => new Engine(wrong)).Status);
        }
    }
}
