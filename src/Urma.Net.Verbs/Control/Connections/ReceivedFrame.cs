namespace Urma.Net.Verbs.Control;

/// <summary>A request or notice that waits for a worker.</summary>
internal readonly record struct ReceivedFrame(FrameHeader Header, byte[] Payload);
