namespace Urma.Net.Verbs.Control;

/// <summary>Asks an owner for access to a jetty or JFR.</summary>
/// <param name="JettyId">The jetty's number; 0 for a bare JFR.</param>
/// <param name="JfrId">The number of the JFR that takes its messages, as the descriptor says.</param>
/// <param name="Token">The secret.</param>
internal readonly record struct ImportJettyRequest(uint JettyId, uint JfrId, Token Token)
    : IControlRequest<ImportJettyRequest, ImportJettyAnswer>
{
    public static ControlMessage Message => ControlMessage.ImportJetty;

    public void Write(ref RecordWriter writer)
    {
        writer.UInt32(JettyId);
        writer.UInt32(JfrId);
        writer.UInt32(Token.Value);
    }

    public static ImportJettyRequest Read(ref RecordReader reader) =>
        new(reader.UInt32(), reader.UInt32(), new Token(reader.UInt32()));
}
