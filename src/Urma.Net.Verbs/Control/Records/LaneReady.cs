namespace Urma.Net.Verbs.Control;

/// <summary>Tells the other end that this end of a lane sends and receives from now on.</summary>
/// <param name="LaneId">The receiver's number of the lane.</param>
internal readonly record struct LaneReady(uint LaneId) : IControlNotice<LaneReady>
{
    public static ControlMessage Message => ControlMessage.LaneReady;

    public void Write(ref RecordWriter writer) => writer.UInt32(LaneId);

    public static LaneReady Read(ref RecordReader reader) => new(reader.UInt32());
}
