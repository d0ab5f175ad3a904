namespace Urma.Net.Verbs.Control;

/// <summary>What is published under a name.</summary>
/// <param name="Value">Null where nobody published it.</param>
internal readonly record struct LookupNameAnswer(byte[]? Value) : IControlRecord<LookupNameAnswer>
{
    public void Write(ref RecordWriter writer)
    {
        writer.Byte(Value is null ? (byte)0 : (byte)1);
        writer.Bytes(Value);
    }

    public static LookupNameAnswer Read(ref RecordReader reader)
    {
        byte isThere = reader.Byte();
        byte[] value = reader.Bytes(QualifiedName.LongestValue).ToArray();
        reader.Require(isThere <= 1 && (isThere == 1 || value.Length == 0));
        return new LookupNameAnswer(isThere == 0 ? null : value);
    }
}
