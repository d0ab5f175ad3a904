using System.Collections.Concurrent;
using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs.Tests.Control;

/// <summary>A control plane with a handler that grants what the right token is shown for, and records what it is told.</summary>
internal sealed class Engine : IControlHandler, IDisposable
{
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);
    public static readonly Token Secret = new(0xC0FFEE);

    public static readonly ImmediateRing Immediates = new(0x2000, 98, 1024);

    public Engine(ControlOptions? options = null) => Plane = new ControlPlane(options ?? new ControlOptions(), this);

    public ControlPlane Plane { get; }

    public Eid Eid => Plane.Identity.Eid;

    public uint Uasid => Plane.Identity.Uasid;

    /// <summary>Everything heard, as text, in order.</summary>
    public ConcurrentQueue<string> Heard { get; } = new();

    public ConcurrentQueue<ControlPeer> Importers { get; } = new();

    public ConcurrentQueue<(ControlPeer Peer, bool IsNews)> Lost { get; } = new();

    public ConcurrentQueue<string> Refused { get; } = new();

    /// <summary>Called first by every request.</summary>
    public Action<ControlPeer>? BeforeRequest { get; set; }

    public ControlPeer Connect(Engine other) => Plane.GetPeer(other.Eid, other.Uasid, Bound);

    public ImportSegmentAnswer Import(Engine owner, uint tokenId = 7) =>
        Plane.ImportSegment(Connect(owner), new ImportSegmentRequest(tokenId, 1, Secret), Bound);

    public ImportSegmentAnswer ImportSegment(ControlPeer peer, in ImportSegmentRequest request)
    {
        BeforeRequest?.Invoke(peer);
        TokenCheck.Require(Secret, request.Token, $"segment {request.TokenId}");
        Importers.Enqueue(peer);
        return new ImportSegmentAnswer(0x1000, 4096 + request.TokenId, 99, SegmentAccess.All, request.Generation + 1);
    }

    public void ReleaseSegment(ControlPeer peer, in ReleaseSegment notice) => Heard.Enqueue(notice.ToString());

    public ImportJettyAnswer ImportJetty(ControlPeer peer, in ImportJettyRequest request)
    {
        BeforeRequest?.Invoke(peer);
        TokenCheck.Require(Secret, request.Token, $"jetty {request.JettyId}");
        return new ImportJettyAnswer(TransportMode.ReliableMessage, TargetKind.Jetty, request.JfrId + 1);
    }

    public void ReleaseJetty(ControlPeer peer, in ReleaseJetty notice) => Heard.Enqueue(notice.ToString());

    public ConnectLaneAnswer ConnectLane(ControlPeer peer, in ConnectLaneRequest request)
    {
        BeforeRequest?.Invoke(peer);
        return new ConnectLaneAnswer(request.LaneId + 100, request.Address with { Number = request.Address.Number + 1 }, Immediates);
    }

    public void DisconnectLane(ControlPeer peer, in DisconnectLane notice) => Heard.Enqueue(notice.ToString());

    public ReconnectLaneAnswer ReconnectLane(ControlPeer peer, in ReconnectLaneRequest request) => new(request.Address);

    public void Revoke(ControlPeer owner, in RevokeRequest request)
    {
        BeforeRequest?.Invoke(owner);
        Heard.Enqueue(request.ToString());
    }

    public void JettyGone(ControlPeer owner, in JettyGone request) => Heard.Enqueue(request.ToString());

    public ExecuteAtomicAnswer ExecuteAtomic(ControlPeer peer, in ExecuteAtomicRequest request) => new(request.Operand + request.Compare);

    public void OnPeerConnected(ControlPeer peer) => Heard.Enqueue("connected");

    public void OnPeerLost(ControlPeer peer, bool isNews)
    {
        Heard.Enqueue("lost");
        Lost.Enqueue((peer, isNews));
    }

    public void OnRefused(string reason) => Refused.Enqueue(reason);

    /// <summary>Waits until something holds; fails where it never does.</summary>
    public static void Until(Func<bool> holds, string what)
    {
        Assert.True(Poll(holds), $"It did not happen within {Bound}: {what}.");
    }

    private static bool Poll(Func<bool> holds)
    {
        for (long end = Environment.TickCount64 + (long)Bound.TotalMilliseconds; Environment.TickCount64 < end; Thread.Sleep(5))
        {
            if (holds())
            {
                return true;
            }
        }

        return holds();
    }

    public void Dispose() => Plane.Dispose();
}
