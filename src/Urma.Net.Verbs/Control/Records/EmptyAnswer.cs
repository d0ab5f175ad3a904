namespace Urma.Net.Verbs.Control;

/// <summary>The answer that says only that it was done.</summary>
internal readonly record struct EmptyAnswer : IControlRecord<EmptyAnswer>
{
    public void Write(ref RecordWriter writer)
    {
    }

    public static EmptyAnswer Read(ref RecordReader reader) => default;
}
