using Urma.Net.Interop.Libibverbs;
using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs;

/// <summary>What is at the far end of a lane: a jetty or JFR of a peer's, or only the peer's memory.</summary>
/// <param name="engine">Whose.</param>
/// <param name="kind">What for.</param>
/// <param name="jettyId">The jetty's number; 0 for a bare JFR or where it is the memory.</param>
/// <param name="jfrId">The receive queue's number; 0 where it is the memory.</param>
/// <param name="secret">The target's token.</param>
internal sealed class LaneTarget(RemoteEngine engine, LaneKind kind, uint jettyId, uint jfrId, Token secret)
{
    private uint _remoteLane;

    public RemoteEngine Engine { get; } = engine;

    public LaneKind Kind { get; } = kind;

    public uint JettyId { get; } = jettyId;

    public uint JfrId { get; } = jfrId;

    /// <summary>Where the peer keeps the upper halves of immediates.</summary>
    public ImmediateRing Immediates { get; private set; }

    /// <summary>Makes a queue pair for it, not yet connected.</summary>
    public QueuePair CreatePair(VerbsContext context, in QueuePairShape shape) =>
        QueuePair.Create(context, Kind == LaneKind.UnreliableMessage ? ibv_qp_type.IBV_QPT_UC : ibv_qp_type.IBV_QPT_RC, in shape, minRnrTimer: 0);

    /// <summary>Asks the peer for the other end, and connects the two.</summary>
    /// <exception cref="UrmaException">The peer refuses, does not answer, or is gone.</exception>
    public void Connect(Lane lane, QueuePair pair, VerbsSendQueue queue)
    {
        VerbsContext context = Engine.Context;
        ConnectLaneAnswer answer = context.Control.ConnectLane(
            Engine.Peer,
            new ConnectLaneRequest(Kind, (uint)lane.Index, queue.Id, JettyId, JfrId, secret, WithTimer(pair, queue)),
            context.Options.ControlTimeout);
        _remoteLane = answer.LaneId;
        Immediates = answer.Immediates;
        try
        {
            pair.Connect(answer.Address, queue.RnrRetry);
        }
        catch
        {
            Disconnect();
            throw;
        }
    }

    /// <summary>The same with a new queue pair, after the old one failed.</summary>
    /// <exception cref="UrmaException">As with <see cref="Connect"/>.</exception>
    public void Reconnect(QueuePair pair, VerbsSendQueue queue)
    {
        VerbsContext context = Engine.Context;
        ReconnectLaneAnswer answer = context.Control.ReconnectLane(
            Engine.Peer, new ReconnectLaneRequest(_remoteLane, WithTimer(pair, queue)), context.Options.ControlTimeout);
        pair.Connect(answer.Address, queue.RnrRetry);
    }

    /// <summary>Tells the peer that this end is gone.</summary>
    public void Disconnect() => _ = Engine.Context.Control.TryNotify(Engine.Peer, new DisconnectLane(_remoteLane));

    // How long a sender waits for a receive is the other end's to say; here the sender chooses it.
    private static QueuePairAddress WithTimer(QueuePair pair, VerbsSendQueue queue) =>
        pair.Address with { MinRnrTimer = RnrTimer.Of(queue.RnrWait) };
}
