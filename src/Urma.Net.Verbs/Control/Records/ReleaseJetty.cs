namespace Urma.Net.Verbs.Control;

/// <summary>Tells an owner that one import ended.</summary>
/// <param name="JettyId">The jetty's number; 0 for a bare JFR.</param>
/// <param name="JfrId">The receive queue's.</param>
internal readonly record struct ReleaseJetty(uint JettyId, uint JfrId) : IControlNotice<ReleaseJetty>
{
    public static ControlMessage Message => ControlMessage.ReleaseJetty;

    public void Write(ref RecordWriter writer)
    {
        writer.UInt32(JettyId);
        writer.UInt32(JfrId);
    }

    public static ReleaseJetty Read(ref RecordReader reader) => new(reader.UInt32(), reader.UInt32());
}
