using Urma.Net.Interop.Libibverbs;
using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs;

/// <summary>A queue pair of another program at the far end of a lane. One queue pair of ours serves both ways: the lane's requests, and what the peer sends.</summary>
/// <param name="engine">What stands for the peer.</param>
/// <param name="kind">Reliable or not.</param>
/// <param name="receives">Who gets its messages.</param>
/// <param name="path">The way its packets take.</param>
/// <param name="options">What is special about it.</param>
/// <param name="rnrRetry">How often a message is tried again.</param>
internal sealed unsafe class PairTarget(RemoteEngine engine, LaneKind kind, VerbsJfr receives, VerbsPath path, VerbsPairOptions options, int rnrRetry)
    : LaneTarget(engine, kind, 0, 0, default), IMessageSource
{
    private QueuePair? _pair;

    public override bool IsRaw => true;

    /// <summary>The other end, once it is known.</summary>
    public VerbsPairAddress Remote { get; private set; }

    /// <summary>Our end.</summary>
    public VerbsPairAddress Local
    {
        get
        {
            QueuePairAddress address = _pair!.Address;
            return new VerbsPairAddress(address.Number, address.PacketSequence, address.Gid, address.Lid);
        }
    }

    uint IMessageSource.SourceUasid => 0;

    uint IMessageSource.SourceJettyId => Remote.Number;

    public void Lead(in VerbsPairAddress remote)
    {
        Remote = remote;
        JettyId = remote.Number;
    }

    public override QueuePair CreatePair(VerbsContext context, in QueuePairShape shape)
    {
        QueuePairShape both = shape;
        both.ReceiveQueue = receives.Jfc.Native;
        both.SharedReceives = receives.Native;
        both.ServesMemory = true;
        return _pair = QueuePair.Create(context, TypeOf(Kind), in both, RnrTimer.Of(options.MinRnrTimer), path);
    }

    public override void Connect(Lane lane, QueuePair pair, VerbsSendQueue queue)
    {
        // What the peer does not tell is bounded by this device alone.
        var peer = new QueuePairAddress(
            Remote.Number, Remote.PacketSequence, Remote.Gid, Remote.Lid, path.Port.Number, (byte)path.Mtu, byte.MaxValue, (byte)options.MaxReads, 0);
        Engine.Context.Route(pair.Number, this);
        try
        {
            pair.Connect(peer, rnrRetry);
        }
        catch
        {
            Engine.Context.Unroute(pair.Number);
            throw;
        }
    }

    /// <summary>A lane to it ends when its connection does.</summary>
    public override void Reconnect(QueuePair pair, VerbsSendQueue queue) => throw new NotSupportedException();

    public override void Disconnect()
    {
        // Some devices forget what a queue pair has received when it goes, and it must receive nothing more behind that.
        _pair!.MoveToError();
        receives.Jfc.Drain();
        Engine.Context.Unroute(_pair.Number);
    }

    public override void OnFailed(ibv_wc_status status) =>
        Engine.Break($"The connection to queue pair {Remote} failed: {WorkStatus.Of(status, Opcode.Nop)}.");

    ulong IMessageSource.ReadImmediate(uint data) => Immediate.Plain(data);
}
