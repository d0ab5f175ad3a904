namespace Urma.Net.Tool.Compare;

/// <summary>What one run of ucx_perftest reported over all its iterations.</summary>
/// <param name="Nanoseconds">Average time of an operation: half the round trip in its ping-pong tests.</param>
/// <param name="OperationsPerSecond">Operations per second.</param>
internal sealed record UcxResult(double Nanoseconds, double OperationsPerSecond);
