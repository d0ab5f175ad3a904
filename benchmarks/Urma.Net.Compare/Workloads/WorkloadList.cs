using Urma.Net.Compare.Model;

namespace Urma.Net.Compare.Workloads;

/// <summary>The whole suite, in the order in which it runs and is shown.</summary>
internal static class WorkloadList
{
    public static IReadOnlyList<Workload> Create(Bench bench) =>
    [
        MessageSweep.Latency(bench),
        OneSidedSweep.WriteLatency(bench),
        OneSidedSweep.ReadLatency(bench),
        Atomics.Latency(bench),
        Waiting.Latency(bench),
        MessageSweep.Bandwidth(bench),
        OneSidedSweep.WriteBandwidth(bench),
        OneSidedSweep.ReadBandwidth(bench),
        Rates.Senders(bench),
        Rates.RandomPuts(bench),
        Atomics.Rate(bench),
        GlobalMemoryWorkloads.XcopyBatch(bench),
        GlobalMemoryWorkloads.Ownership(bench),
        CollectiveWorkloads.AllReduce(bench),
        CollectiveWorkloads.Small(bench),
        CollectiveWorkloads.Large(bench),
        CollectiveWorkloads.Oversubscribed(bench),
        Oversubscription.Streams(bench),
        Oversubscription.SharedProcessor(bench),
        Waiting.CpuPolling(bench),
        Waiting.CpuSleeping(bench),
        Resources.StartUp(bench),
        .. Resources.Footprints(bench),
        .. Resources.Memory(bench),
        Tiers.Operations(bench),
        Tiers.Application(bench),
        Tiers.SharesNeeded(bench),
        Tiers.Injected(bench),
        Tiers.InjectedShares(bench),
        .. bench.Suite.IsQuick ? [] : new[] { RdmaGuest.Create() },
    ];
}
