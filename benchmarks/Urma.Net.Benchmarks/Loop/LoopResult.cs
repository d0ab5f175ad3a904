namespace Urma.Net.Benchmarks.Loop;

/// <summary>What one benchmark took.</summary>
/// <param name="Name">As in <c>expected-allocations.json</c>.</param>
/// <param name="Over">The benchmark it was measured in turns with, or null.</param>
/// <param name="Nanoseconds">Of one operation: the median of slices.</param>
/// <param name="Ratio">Its time over the other's, formed slice by slice: the median. Null where there is no other.</param>
/// <param name="AllocatedBytes">Of one operation, in whole bytes, by all threads.</param>
public sealed record LoopResult(string Name, string? Over, double Nanoseconds, double? Ratio, long AllocatedBytes);
