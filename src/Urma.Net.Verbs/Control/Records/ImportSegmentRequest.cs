namespace Urma.Net.Verbs.Control;

/// <summary>Asks an owner for access to a segment.</summary>
/// <param name="TokenId">The segment's number within the owner.</param>
/// <param name="Generation">From the descriptor; tells reuses of the number apart.</param>
/// <param name="Token">The secret.</param>
internal readonly record struct ImportSegmentRequest(uint TokenId, uint Generation, Token Token)
    : IControlRequest<ImportSegmentRequest, ImportSegmentAnswer>
{
    public static ControlMessage Message => ControlMessage.ImportSegment;

    public void Write(ref RecordWriter writer)
    {
        writer.UInt32(TokenId);
        writer.UInt32(Generation);
        writer.UInt32(Token.Value);
    }

    public static ImportSegmentRequest Read(ref RecordReader reader) =>
        new(reader.UInt32(), reader.UInt32(), new Token(reader.UInt32()));
}
