using Urma.Net.Compare.Model;

namespace Urma.Net.Compare.Running;

/// <summary>What became of a workload.</summary>
internal sealed record WorkloadResult(Workload Workload, Readings Readings, IReadOnlyList<Failure> Failures, TimeSpan Budget, TimeSpan Taken);
