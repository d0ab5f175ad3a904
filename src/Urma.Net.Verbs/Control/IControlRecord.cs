namespace Urma.Net.Verbs.Control;

/// <summary>Something that travels in a frame. Little-endian, fields one after another, nothing between them.</summary>
/// <typeparam name="TSelf">The record itself.</typeparam>
internal interface IControlRecord<TSelf>
    where TSelf : struct, IControlRecord<TSelf>
{
    /// <summary>Writes all fields.</summary>
    void Write(ref RecordWriter writer);

    /// <summary>Reads and checks all fields; what is wrong is noted in the reader.</summary>
    static abstract TSelf Read(ref RecordReader reader);
}
