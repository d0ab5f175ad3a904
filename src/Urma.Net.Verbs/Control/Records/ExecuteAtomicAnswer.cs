namespace Urma.Net.Verbs.Control;

/// <summary>What an atomic found.</summary>
/// <param name="Old">The value before; of 4 bytes the lower half.</param>
internal readonly record struct ExecuteAtomicAnswer(ulong Old) : IControlRecord<ExecuteAtomicAnswer>
{
    public void Write(ref RecordWriter writer) => writer.UInt64(Old);

    public static ExecuteAtomicAnswer Read(ref RecordReader reader) => new(reader.UInt64());
}
