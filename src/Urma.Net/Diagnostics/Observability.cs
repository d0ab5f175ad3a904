namespace Urma.Net.Diagnostics;

/// <summary>
/// Whether counters and sampled times are compiled in. They always are, but for builds with <c>-p:UrmaObservability=false</c>, which exist to
/// measure what they cost.
/// </summary>
internal static class Observability
{
    /// <summary>A constant to the compiler of machine code: what stands behind it is not there at all where it is false.</summary>
    public static bool IsOn =>
#if URMA_NO_OBSERVABILITY
        false;
#else
        true;
#endif
}
