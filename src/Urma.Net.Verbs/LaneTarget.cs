using Urma.Net.Interop.Libibverbs;
using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs;

/// <summary>What is at the far end of a lane: a jetty or JFR of a peer's, or only the peer's memory.</summary>
/// <param name="engine">Whose.</param>
/// <param name="kind">What for.</param>
/// <param name="jettyId">The jetty's number; 0 for a bare JFR or where it is the memory.</param>
/// <param name="jfrId">The receive queue's number; 0 where it is the memory.</param>
/// <param name="secret">The target's token.</param>
internal class LaneTarget(RemoteEngine engine, LaneKind kind, uint jettyId, uint jfrId, Token secret)
{
    private uint _remoteLane;

    public RemoteEngine Engine { get; } = engine;

    public LaneKind Kind { get; } = kind;

    public uint JettyId { get; protected set; } = jettyId;

    public uint JfrId { get; } = jfrId;

    /// <summary>
    /// Whether it is a queue pair of a program that knows nothing of engines: there is no connection but this one, nothing is written there that
    /// the user did not ask for, and immediates are what verbs carries.
    /// </summary>
    public virtual bool IsRaw => false;

    /// <summary>Where the peer keeps the upper halves of immediates.</summary>
    public ImmediateRing Immediates { get; private set; }

    /// <summary>Makes a queue pair for it, not yet connected.</summary>
    public virtual QueuePair CreatePair(VerbsContext context, in QueuePairShape shape)
    {
        // Before there is anything to give back.
        _ = Engine.RequirePeer();
        return QueuePair.Create(context, TypeOf(Kind), in shape, minRnrTimer: 0);
    }

    /// <summary>Asks the peer for the other end, and connects the two.</summary>
    /// <exception cref="UrmaException">The peer refuses, does not answer, or is gone.</exception>
    public virtual void Connect(Lane lane, QueuePair pair, VerbsSendQueue queue)
    {
        VerbsContext context = Engine.Context;
        ConnectLaneAnswer answer = context.Control.ConnectLane(
            Engine.RequirePeer(),
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
    public virtual void Reconnect(QueuePair pair, VerbsSendQueue queue)
    {
        VerbsContext context = Engine.Context;
        ReconnectLaneAnswer answer = context.Control.ReconnectLane(
            Engine.RequirePeer(), new ReconnectLaneRequest(_remoteLane, WithTimer(pair, queue)), context.Options.ControlTimeout);
        pair.Connect(answer.Address, queue.RnrRetry);
    }

    /// <summary>Tells the peer that this end is gone.</summary>
    public virtual void Disconnect() => Engine.Tell(new DisconnectLane(_remoteLane));

    /// <summary>The connection failed. Under the JFC's gate.</summary>
    public virtual void OnFailed(ibv_wc_status status)
    {
    }

    /// <summary>What the device calls it.</summary>
    protected static ibv_qp_type TypeOf(LaneKind kind) => kind == LaneKind.UnreliableMessage ? ibv_qp_type.IBV_QPT_UC : ibv_qp_type.IBV_QPT_RC;

    // How long a sender waits for a receive is the other end's to say; here the sender chooses it.
    private static QueuePairAddress WithTimer(QueuePair pair, VerbsSendQueue queue) =>
        pair.Address with { MinRnrTimer = RnrTimer.Of(queue.RnrWait) };
}
