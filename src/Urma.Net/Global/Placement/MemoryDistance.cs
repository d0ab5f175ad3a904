namespace Urma.Net;

/// <summary>How far memory was when it was measured, from this process, over the modelled link where there is one.</summary>
/// <param name="LatencyNanoseconds">One access to 8 bytes that were not used lately: the median.</param>
/// <param name="BytesPerSecond">Reading in one piece: the median; null where the segment is too small to tell, or gone too soon.</param>
/// <param name="MeasuredAt">When.</param>
public sealed record MemoryDistance(double LatencyNanoseconds, double? BytesPerSecond, DateTimeOffset MeasuredAt)
{
    /// <summary>How long ago that was.</summary>
    public TimeSpan Age => DateTimeOffset.UtcNow - MeasuredAt;
}
