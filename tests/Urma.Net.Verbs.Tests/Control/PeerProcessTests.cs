using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs.Tests.Control;

/// <summary>Engines of other processes, which die or fall silent.</summary>
public sealed class PeerProcessTests
{
    private readonly int _rendezvous = Ports.Free();

    [Fact]
    public void A_killed_owner_is_lost_at_once_and_ends_calls_that_wait_for_it()
    {
        using var engine = new Engine();
        using var peer = new PeerProcess(_rendezvous);
        ControlPeer owner = engine.Plane.GetPeer(engine.Eid, peer.Uasid, Engine.Bound);
        peer.Stop();
        Task<Exception?> waiting = Task.Run<Exception?>(() => Record.Exception(
            () => engine.Plane.ImportSegment(owner, new ImportSegmentRequest(7, 1, Engine.Secret), Engine.Bound)));
        Thread.Sleep(50);
        Assert.False(waiting.IsCompleted);

        peer.Kill();

        UrmaException error = Assert.IsType<UrmaException>(waiting.Result);
        Assert.Equal(UrmaStatus.Failed, error.Status);
        Assert.Contains($"process {peer.Id}", error.Message, StringComparison.Ordinal);
        Engine.Until(() => !engine.Lost.IsEmpty, "the owner is lost");
        Assert.True(engine.Lost.First().IsNews);
    }

    [Fact]
    public void A_killed_importer_is_lost_at_once()
    {
        using var engine = new Engine();
        using var peer = new PeerProcess(_rendezvous);
        peer.Tell($"import {engine.Uasid} 1");
        peer.Expect("imported");
        peer.Kill();
        Engine.Until(() => !engine.Lost.IsEmpty, "the importer is lost");
        Assert.Same(engine.Importers.First(), engine.Lost.First().Peer);
    }

    [Fact]
    public void A_stopped_peer_is_lost_within_the_bound_and_one_that_idles_is_not()
    {
        using var engine = new Engine(new ControlOptions { SilenceBound = TimeSpan.FromSeconds(1) });
        using var stopped = new PeerProcess(_rendezvous);
        using var idle = new PeerProcess(_rendezvous);
        ControlPeer silent = engine.Plane.GetPeer(engine.Eid, stopped.Uasid, Engine.Bound);
        ControlPeer quiet = engine.Plane.GetPeer(engine.Eid, idle.Uasid, Engine.Bound);
        Thread.Sleep(2500);
        Assert.Null(silent.Fault);

        stopped.Stop();

        Engine.Until(() => silent.Fault is not null, "the stopped peer is lost");
        Assert.Contains("silent", silent.Fault, StringComparison.Ordinal);
        Assert.Null(quiet.Fault);

        // The other end learns it when it goes on, and is connected to anew.
        stopped.Continue();
        stopped.Expect("lost ");
        Assert.NotSame(silent, engine.Plane.GetPeer(engine.Eid, stopped.Uasid, Engine.Bound));
    }

    [Fact]
    public void Whoever_was_stopped_itself_does_not_take_the_others_for_silent()
    {
        using var engine = new Engine(new ControlOptions { SilenceBound = TimeSpan.FromMinutes(5) });
        using var peer = new PeerProcess(_rendezvous);
        peer.Tell($"import {engine.Uasid} 1");
        peer.Expect("imported");
        peer.Stop();

        // Longer than its own bound of ten seconds.
        Thread.Sleep(11_000);
        peer.Continue();
        peer.Tell($"import {engine.Uasid} 1");
        peer.Expect("imported");
        Thread.Sleep(500);
        Assert.Empty(engine.Lost);
    }

    [Fact]
    public void An_engine_that_was_started_again_at_the_same_port_is_another_one()
    {
        using var engine = new Engine();
        using var first = new Engine(new ControlOptions { Port = 0 });
        EngineIdentity before = engine.Connect(first).Identity;
        first.Dispose();
        Engine.Until(() => !engine.Lost.IsEmpty, "the first is lost");
        using var second = new Engine(new ControlOptions { Port = (int)before.Uasid });
        EngineIdentity after = engine.Connect(second).Identity;
        Assert.Equal(before.Uasid, after.Uasid);
        Assert.NotEqual(before, after);
    }

    [Fact]
    public void Two_processes_import_from_each_other_under_load()
    {
        using var engine = new Engine();
        using var peer = new PeerProcess(_rendezvous);
        peer.Tell($"import {engine.Uasid} 2000");
        ControlPeer owner = engine.Plane.GetPeer(engine.Eid, peer.Uasid, Engine.Bound);
        for (int i = 0; i < 2000; i++)
        {
            engine.Plane.ImportSegment(owner, new ImportSegmentRequest(7, 1, Engine.Secret), Engine.Bound);
        }

        peer.Expect("imported");
        Assert.Equal(2000, engine.Importers.Count);
    }

    [Fact]
    public void Names_outlive_the_process_that_keeps_them()
    {
        using var keeper = new PeerProcess(_rendezvous);
        keeper.Tell("publish first one");
        keeper.Expect("published");
        using var engine = new Engine(new ControlOptions { Rendezvous = new RendezvousEndpoint("127.0.0.1", _rendezvous, "tests") });
        using IDisposable name = engine.Plane.Publish("mine", [1, 2], Engine.Bound);
        Assert.Equal("one"u8.ToArray(), engine.Plane.Lookup("first", Engine.Bound));
        using var other = new PeerProcess(_rendezvous);
        other.Tell("publish second two");
        other.Expect("published");

        keeper.Kill();

        Assert.Equal("two"u8.ToArray(), engine.Plane.Lookup("second", Engine.Bound));
        other.Tell("lookup mine");
        other.Expect("found");
        Assert.Throws<UrmaException>(() => engine.Plane.Lookup("first", TimeSpan.FromMilliseconds(50)));
        using IDisposable again = engine.Plane.Publish("first", [3], Engine.Bound);
    }
}
