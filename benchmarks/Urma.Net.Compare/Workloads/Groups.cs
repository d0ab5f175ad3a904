namespace Urma.Net.Compare.Workloads;

/// <summary>The chapters of the page.</summary>
internal static class Groups
{
    public const string Latency = "latency";
    public const string Bandwidth = "bandwidth";
    public const string Rate = "rate";
    public const string Collectives = "collectives";
    public const string Memory = "memory";
    public const string Ownership = "ownership";
    public const string Resources = "resources";
    public const string Tiers = "tiers";
    public const string Oversubscription = "oversubscription";
}
