namespace Urma.Net.Verbs.Control;

/// <summary>Asks an engine for a queue pair that is connected with one of ours.</summary>
/// <param name="Kind">What for.</param>
/// <param name="LaneId">The asker's number of the lane: notices to it name the lane by this.</param>
/// <param name="SourceJettyId">The asker's jetty or JFS, as completions of messages show it.</param>
/// <param name="JettyId">The target jetty; 0 for a bare JFR or where the lane is one-sided.</param>
/// <param name="JfrId">The target's receive queue; 0 where the lane is one-sided.</param>
/// <param name="Token">The target's secret; nobody compares it where the lane is one-sided.</param>
/// <param name="Address">The asker's queue pair.</param>
internal readonly record struct ConnectLaneRequest(
    LaneKind Kind, uint LaneId, uint SourceJettyId, uint JettyId, uint JfrId, Token Token, QueuePairAddress Address)
    : IControlRequest<ConnectLaneRequest, ConnectLaneAnswer>
{
    public static ControlMessage Message => ControlMessage.ConnectLane;

    public void Write(ref RecordWriter writer)
    {
        writer.Byte((byte)Kind);
        writer.UInt32(LaneId);
        writer.UInt32(SourceJettyId);
        writer.UInt32(JettyId);
        writer.UInt32(JfrId);
        writer.UInt32(Token.Value);
        Address.Write(ref writer);
    }

    public static ConnectLaneRequest Read(ref RecordReader reader)
    {
        var kind = (LaneKind)reader.Byte();
        reader.Require(kind is >= LaneKind.ReliableMessage and <= LaneKind.UnreliableMessage);
        return new ConnectLaneRequest(
            kind,
            reader.UInt32(),
            reader.UInt32(),
            reader.UInt32(),
            reader.UInt32(),
            new Token(reader.UInt32()),
            QueuePairAddress.Read(ref reader));
    }
}
