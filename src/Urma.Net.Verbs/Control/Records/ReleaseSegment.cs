namespace Urma.Net.Verbs.Control;

/// <summary>Tells an owner that one import ended.</summary>
/// <param name="TokenId">The segment's number within the owner.</param>
/// <param name="Generation">The grant's, from the answer.</param>
internal readonly record struct ReleaseSegment(uint TokenId, uint Generation) : IControlNotice<ReleaseSegment>
{
    public static ControlMessage Message => ControlMessage.ReleaseSegment;

    public void Write(ref RecordWriter writer)
    {
        writer.UInt32(TokenId);
        writer.UInt32(Generation);
    }

    public static ReleaseSegment Read(ref RecordReader reader) => new(reader.UInt32(), reader.UInt32());
}
