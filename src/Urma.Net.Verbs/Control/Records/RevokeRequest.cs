namespace Urma.Net.Verbs.Control;

/// <summary>An owner takes grants of a segment back; the answer says that the importer does not use them any more.</summary>
/// <param name="TokenId">The segment's number within the owner.</param>
/// <param name="Generation">The grants' number, from the answer to the import.</param>
internal readonly record struct RevokeRequest(uint TokenId, uint Generation) : IControlRequest<RevokeRequest, EmptyAnswer>
{
    public static ControlMessage Message => ControlMessage.Revoke;

    public void Write(ref RecordWriter writer)
    {
        writer.UInt32(TokenId);
        writer.UInt32(Generation);
    }

    public static RevokeRequest Read(ref RecordReader reader) => new(reader.UInt32(), reader.UInt32());
}
