namespace Urma.Net.Verbs.Control;

/// <summary>Asks the other end to reset its queue pair of a lane and to connect it anew.</summary>
/// <param name="LaneId">The receiver's number of the lane.</param>
/// <param name="Address">The asker's queue pair as it is now.</param>
internal readonly record struct ReconnectLaneRequest(uint LaneId, QueuePairAddress Address)
    : IControlRequest<ReconnectLaneRequest, ReconnectLaneAnswer>
{
    public static ControlMessage Message => ControlMessage.ReconnectLane;

    public void Write(ref RecordWriter writer)
    {
        writer.UInt32(LaneId);
        Address.Write(ref writer);
    }

    public static ReconnectLaneRequest Read(ref RecordReader reader) => new(reader.UInt32(), QueuePairAddress.Read(ref reader));
}
