namespace Urma.Net.Verbs.Control;

/// <summary>What a jetty's importer needs.</summary>
/// <param name="Mode">How the target is reached.</param>
/// <param name="Kind">What the target is.</param>
/// <param name="JfrId">The receive queue that takes its messages, by the owner's own account.</param>
internal readonly record struct ImportJettyAnswer(TransportMode Mode, TargetKind Kind, uint JfrId) : IControlRecord<ImportJettyAnswer>
{
    public void Write(ref RecordWriter writer)
    {
        writer.Byte((byte)Mode);
        writer.Byte((byte)Kind);
        writer.UInt32(JfrId);
    }

    public static ImportJettyAnswer Read(ref RecordReader reader)
    {
        var mode = (TransportMode)reader.Byte();
        var kind = (TargetKind)reader.Byte();
        reader.Require(mode is TransportMode.ReliableMessage or TransportMode.ReliableConnection or TransportMode.UnreliableMessage);
        reader.Require(kind is TargetKind.Jetty or TargetKind.Jfr);
        return new ImportJettyAnswer(mode, kind, reader.UInt32());
    }
}
