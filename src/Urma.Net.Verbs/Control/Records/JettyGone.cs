namespace Urma.Net.Verbs.Control;

/// <summary>An owner tells its importers that a target does not exist any more; the answer says that they send nothing to it.</summary>
/// <param name="JettyId">The jetty's number; 0 for a bare JFR.</param>
/// <param name="JfrId">The receive queue's.</param>
internal readonly record struct JettyGone(uint JettyId, uint JfrId) : IControlRequest<JettyGone, EmptyAnswer>
{
    public static ControlMessage Message => ControlMessage.JettyGone;

    public void Write(ref RecordWriter writer)
    {
        writer.UInt32(JettyId);
        writer.UInt32(JfrId);
    }

    public static JettyGone Read(ref RecordReader reader) => new(reader.UInt32(), reader.UInt32());
}
