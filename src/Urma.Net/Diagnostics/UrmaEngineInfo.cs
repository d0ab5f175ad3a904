namespace Urma.Net;

/// <summary>An engine (an open context of some process) as seen from outside.</summary>
/// <param name="Eid">The endpoint identifier of its device.</param>
/// <param name="Uasid">Its address-space id.</param>
/// <param name="ProcessId">Its process; 0 where it cannot be seen, as across process-id namespaces.</param>
/// <param name="Label">Its <see cref="UrmaContextOptions.Label"/>; null when it did not say.</param>
/// <param name="Counters">What it has done; null when that cannot be read.</param>
/// <param name="Trouble">Why label or counters are missing: it is stopped, of another version, or another user's; null when all is well.</param>
public sealed record UrmaEngineInfo(Eid Eid, uint Uasid, int ProcessId, string? Label, UrmaCounters? Counters, string? Trouble)
{
    /// <summary>Everything that can be read of it, its counters among that; null when it cannot be read.</summary>
    public UrmaStatistics? Statistics { get; init; }

    /// <summary>What it says of the links it models (<see cref="UrmaContextOptions.FabricProfile"/>); null where it models none or did not say.</summary>
    public string? FabricModel { get; init; }
}
