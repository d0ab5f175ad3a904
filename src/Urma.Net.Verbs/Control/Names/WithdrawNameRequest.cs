namespace Urma.Net.Verbs.Control;

/// <summary>Gives a name back that was published through this connection.</summary>
/// <param name="Name">Realm and name.</param>
internal readonly record struct WithdrawNameRequest(QualifiedName Name) : IControlRequest<WithdrawNameRequest, EmptyAnswer>
{
    public static ControlMessage Message => ControlMessage.WithdrawName;

    public void Write(ref RecordWriter writer) => Name.Write(ref writer);

    public static WithdrawNameRequest Read(ref RecordReader reader) => new(QualifiedName.Read(ref reader));
}
