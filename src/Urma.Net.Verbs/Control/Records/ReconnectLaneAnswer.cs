namespace Urma.Net.Verbs.Control;

/// <summary>The other end of a lane that was connected anew.</summary>
/// <param name="Address">Its queue pair as it is now.</param>
internal readonly record struct ReconnectLaneAnswer(QueuePairAddress Address) : IControlRecord<ReconnectLaneAnswer>
{
    public void Write(ref RecordWriter writer) => Address.Write(ref writer);

    public static ReconnectLaneAnswer Read(ref RecordReader reader) => new(QueuePairAddress.Read(ref reader));
}
