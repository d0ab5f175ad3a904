namespace Urma.Net.Verbs.Control;

/// <summary>Asks for what is published under a name now.</summary>
/// <param name="Name">Realm and name.</param>
internal readonly record struct LookupNameRequest(QualifiedName Name) : IControlRequest<LookupNameRequest, LookupNameAnswer>
{
    public static ControlMessage Message => ControlMessage.LookupName;

    public void Write(ref RecordWriter writer) => Name.Write(ref writer);

    public static LookupNameRequest Read(ref RecordReader reader) => new(QualifiedName.Read(ref reader));
}
