namespace Urma.Net.Tests.Global.Owning;

/// <summary>Two members of a domain, on a fabric of their own, with a region that both have opened.</summary>
internal sealed class TwoMembers : IDisposable
{
    /// <summary>Generous: only a hang gets this far.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly UrmaContext _home;
    private readonly UrmaContext _other;

    public TwoMembers(OwnershipDomainOptions? options = null, long regionLength = 65536)
    {
        Fabric = $"loopback://{Guid.NewGuid():n}";
        _home = UrmaContext.Open(Fabric);
        _other = UrmaContext.Open(Fabric);
        Creator = OwnershipDomain.Create(_home, "domain", options);
        Joiner = OwnershipDomain.Join(_other, "domain", Creator.Token, Bound);
        Mine = Creator.CreateRegion("region", regionLength);
        Theirs = Joiner.OpenRegion("region");
    }

    public string Fabric { get; }

    public UrmaContext OtherContext => _other;

    public OwnershipDomain Creator { get; }

    public OwnershipDomain Joiner { get; }

    /// <summary>The region as the creator has it.</summary>
    public SharedRegion Mine { get; }

    /// <summary>The region as the joiner has it.</summary>
    public SharedRegion Theirs { get; }

    public void Dispose()
    {
        _other.Dispose();
        _home.Dispose();
    }
}
