namespace Urma.Net.Benchmarks.Loop;

/// <summary>What a process that measures writes on its standard output.</summary>
/// <param name="Runtime">Such as ".NET 10.0.1".</param>
/// <param name="HasJit">False when it was compiled ahead of time.</param>
/// <param name="Results">In the order in which they were asked for.</param>
/// <param name="Failures">A sentence for each that failed or allocates something else than is expected of it.</param>
public sealed record LoopReport(string Runtime, bool HasJit, IReadOnlyList<LoopResult> Results, IReadOnlyList<string> Failures);
