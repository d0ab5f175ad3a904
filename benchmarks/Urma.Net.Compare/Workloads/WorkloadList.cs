using Urma.Net.Compare.Model;

namespace Urma.Net.Compare.Workloads;

/// <summary>The whole suite, in the order in which it runs and is shown.</summary>
internal static class WorkloadList
{
    public static IReadOnlyList<Workload> Create(Bench bench) =>
    [
        SendLatency.Create(bench),
    ];
}
