namespace Urma.Net.Verbs.Control;

/// <summary>Tells the other end that this end of a lane is gone. Either end may.</summary>
/// <param name="LaneId">The receiver's number of the lane.</param>
internal readonly record struct DisconnectLane(uint LaneId) : IControlNotice<DisconnectLane>
{
    public static ControlMessage Message => ControlMessage.DisconnectLane;

    public void Write(ref RecordWriter writer) => writer.UInt32(LaneId);

    public static DisconnectLane Read(ref RecordReader reader) => new(reader.UInt32());
}
