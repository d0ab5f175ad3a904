namespace Urma.Net.Verbs.Control;

/// <summary>Asks a name service to keep a name as long as this connection is there.</summary>
/// <param name="Name">Realm and name.</param>
/// <param name="Value">What others get.</param>
internal readonly record struct PublishNameRequest(QualifiedName Name, byte[] Value) : IControlRequest<PublishNameRequest, EmptyAnswer>
{
    public static ControlMessage Message => ControlMessage.PublishName;

    public void Write(ref RecordWriter writer)
    {
        Name.Write(ref writer);
        writer.Bytes(Value);
    }

    public static PublishNameRequest Read(ref RecordReader reader) =>
        new(QualifiedName.Read(ref reader), reader.Bytes(QualifiedName.LongestValue).ToArray());
}
