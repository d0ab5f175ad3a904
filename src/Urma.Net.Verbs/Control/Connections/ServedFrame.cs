namespace Urma.Net.Verbs.Control;

/// <summary>What became of a request or notice.</summary>
/// <param name="Answer">The frame to send; null for a notice.</param>
/// <param name="Pause">How long to wait before it is sent and the next one of that peer is looked at.</param>
/// <param name="Fault">Why the connection must end; null where it goes on.</param>
internal readonly record struct ServedFrame(byte[]? Answer, TimeSpan Pause = default, string? Fault = null);
