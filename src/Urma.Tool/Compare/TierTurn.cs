namespace Urma.Net.Tool.Compare;

/// <summary>One turn of the three ways to write to another process's memory: nanoseconds of one write.</summary>
/// <param name="Verbs">By a verbs program over the RoUB shim.</param>
/// <param name="Xcopy">By a call of Xcopy each.</param>
/// <param name="Batch">By calls of Xcopy for many.</param>
/// <param name="Store">Through a mapped view.</param>
/// <param name="Memcpy">As much again by memcpy between the two memories, always to the same place.</param>
/// <param name="CacheLine">The one-way time of a cache line.</param>
internal sealed record TierTurn(double Verbs, double Xcopy, double Batch, double Store, double Memcpy, double CacheLine);
