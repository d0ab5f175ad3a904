namespace Urma.Net.Collectives;

/// <summary>Where a put goes, and which signal a call raises or waits for.</summary>
/// <param name="Window">Of a put; null otherwise.</param>
/// <param name="Offset">Of a put: bytes from the start of the peer's memory.</param>
/// <param name="Signal">From 0 on.</param>
internal readonly record struct SignalTarget(CollectiveWindow? Window, long Offset, int Signal);
