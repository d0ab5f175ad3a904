namespace Urma.Net.Verbs.Control;

/// <summary>Takes what arrives on a connection. Called on the thread that reads.</summary>
internal interface IFrameSink
{
    /// <summary>A frame came.</summary>
    /// <returns>Why the connection must end; null where it goes on.</returns>
    string? OnFrame(in FrameHeader header, ReadOnlySpan<byte> payload);

    /// <summary>Nothing will come any more.</summary>
    /// <param name="reason">Why, as the words after the other end's name and a colon.</param>
    void OnEnd(string reason);
}
