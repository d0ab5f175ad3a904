namespace Urma.Net.Verbs.Control;

/// <summary>The other end of a new lane.</summary>
/// <param name="LaneId">The answering engine's number of the lane: requests and notices to it name the lane by this.</param>
/// <param name="Address">Its queue pair.</param>
/// <param name="Immediates">Where it takes long immediates from.</param>
internal readonly record struct ConnectLaneAnswer(uint LaneId, QueuePairAddress Address, ImmediateRing Immediates) : IControlRecord<ConnectLaneAnswer>
{
    public void Write(ref RecordWriter writer)
    {
        writer.UInt32(LaneId);
        Address.Write(ref writer);
        Immediates.Write(ref writer);
    }

    public static ConnectLaneAnswer Read(ref RecordReader reader) => new(reader.UInt32(), QueuePairAddress.Read(ref reader), ImmediateRing.Read(ref reader));
}
