namespace Urma.Net.Verbs.Control;

/// <summary>Asks for a sign of life.</summary>
internal readonly record struct PingRequest : IControlRequest<PingRequest, EmptyAnswer>
{
    public static ControlMessage Message => ControlMessage.Ping;

    public void Write(ref RecordWriter writer)
    {
    }

    public static PingRequest Read(ref RecordReader reader) => default;
}
