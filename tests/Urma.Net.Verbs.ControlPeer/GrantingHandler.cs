using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs.PeerProgram;

/// <summary>Grants what the right token is shown for, and says which peers it lost.</summary>
internal sealed class GrantingHandler : IControlHandler
{
    public static readonly Token Secret = new(0xC0FFEE);

    public ImportSegmentAnswer ImportSegment(ControlPeer peer, in ImportSegmentRequest request)
    {
        TokenCheck.Require(Secret, request.Token, $"segment {request.TokenId}");
        return new ImportSegmentAnswer(0x1000, 4096, 99, SegmentAccess.All, request.Generation + 1);
    }

    public void ReleaseSegment(ControlPeer peer, in ReleaseSegment notice)
    {
    }

    public ImportJettyAnswer ImportJetty(ControlPeer peer, in ImportJettyRequest request) =>
        new(TransportMode.ReliableMessage, TargetKind.Jetty, request.JfrId);

    public void ReleaseJetty(ControlPeer peer, in ReleaseJetty notice)
    {
    }

    public ConnectLaneAnswer ConnectLane(ControlPeer peer, in ConnectLaneRequest request) => new(request.LaneId, request.Address, default);

    public void DisconnectLane(ControlPeer peer, in DisconnectLane notice)
    {
    }

    public ReconnectLaneAnswer ReconnectLane(ControlPeer peer, in ReconnectLaneRequest request) => new(request.Address);

    public void Revoke(ControlPeer owner, in RevokeRequest request)
    {
    }

    public void JettyGone(ControlPeer owner, in JettyGone notice)
    {
    }

    public ExecuteAtomicAnswer ExecuteAtomic(ControlPeer peer, in ExecuteAtomicRequest request) => new(request.Operand);

    public void OnPeerLost(ControlPeer peer, bool isNews) => Console.WriteLine($"lost {peer.Fault}");
}
