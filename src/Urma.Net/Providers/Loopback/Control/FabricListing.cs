namespace Urma.Net.Providers.Loopback.Control;

/// <summary>Who was on a fabric at one moment.</summary>
/// <param name="Engines">By UASID.</param>
/// <param name="Names">By name.</param>
internal sealed record FabricListing(IReadOnlyList<FabricEngine> Engines, IReadOnlyList<FabricName> Names);

/// <summary>An engine found on a fabric.</summary>
/// <param name="Uasid">Its address-space id.</param>
/// <param name="ProcessId">Its process, as the kernel sees it from here.</param>
/// <param name="Label">Its name for people; null when it did not say.</param>
/// <param name="Trouble">Why it did not say: stopped, another version, another user; null when all is well.</param>
/// <param name="Statistics">What it has done; null when that was not asked for or cannot be read.</param>
/// <param name="Fabric">What it says of its fabric model; null without one.</param>
internal sealed record FabricEngine(uint Uasid, int ProcessId, string? Label, string? Trouble, UrmaStatistics? Statistics = null, string? Fabric = null);

/// <summary>A name published on a fabric.</summary>
/// <param name="Name">The name.</param>
/// <param name="ProcessId">The process that publishes it.</param>
internal sealed record FabricName(string Name, int ProcessId);
