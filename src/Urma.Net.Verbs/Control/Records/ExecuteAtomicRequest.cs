namespace Urma.Net.Verbs.Control;

/// <summary>Asks an owner to execute an atomic that the device lacks.</summary>
/// <param name="TokenId">The segment's number within the owner.</param>
/// <param name="Generation">The grant's.</param>
/// <param name="Token">The segment's secret.</param>
/// <param name="Opcode">One of the atomic ones.</param>
/// <param name="Width">4 or 8 bytes.</param>
/// <param name="Offset">Into the segment.</param>
/// <param name="Operand">What to add, store, or combine with.</param>
/// <param name="Compare">What a compare and swap expects.</param>
internal readonly record struct ExecuteAtomicRequest(
    uint TokenId, uint Generation, Token Token, Opcode Opcode, byte Width, ulong Offset, ulong Operand, ulong Compare)
    : IControlRequest<ExecuteAtomicRequest, ExecuteAtomicAnswer>
{
    public static ControlMessage Message => ControlMessage.ExecuteAtomic;

    public void Write(ref RecordWriter writer)
    {
        writer.UInt32(TokenId);
        writer.UInt32(Generation);
        writer.UInt32(Token.Value);
        writer.Byte((byte)Opcode);
        writer.Byte(Width);
        writer.UInt64(Offset);
        writer.UInt64(Operand);
        writer.UInt64(Compare);
    }

    public static ExecuteAtomicRequest Read(ref RecordReader reader)
    {
        var request = new ExecuteAtomicRequest(
            reader.UInt32(),
            reader.UInt32(),
            new Token(reader.UInt32()),
            (Opcode)reader.Byte(),
            reader.Byte(),
            reader.UInt64(),
            reader.UInt64(),
            reader.UInt64());
        reader.Require(request.Opcode is >= Opcode.CompareSwap and <= Opcode.FetchXor && request.Width is 4 or 8);
        return request;
    }
}
