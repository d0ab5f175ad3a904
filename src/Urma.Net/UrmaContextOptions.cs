namespace Urma.Net;

/// <summary>How a device is opened.</summary>
public sealed record UrmaContextOptions
{
    /// <summary>The engine's address-space id, 1 to 2²⁴ − 1; a free one when null. Asking for one that is taken is refused.</summary>
    public uint? Uasid { get; init; }

    /// <summary>The longest a control call (import, bind, lookup) waits for a peer.</summary>
    public TimeSpan ControlTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest a revocation waits for importers to confirm before it abandons the memory to them.</summary>
    public TimeSpan RevocationTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A slower link to put between this context and its peers; null, the default, for none. Only the loopback provider can
    /// model one.
    /// </summary>
    public FabricModel? Fabric { get; init; }

    /// <summary>
    /// Slower links to put between this context and its peers, one for each peer as the profile says; null, the default, for none.
    /// Not beside <see cref="Fabric"/>. Only the loopback provider can model them.
    /// </summary>
    public FabricProfile? FabricProfile { get; init; }

    /// <summary>Whether some peers are behind modelled links.</summary>
    internal bool IsModelled => Fabric is not null || FabricProfile is { Links.Count: > 0 };

    /// <summary>Whether some of them must not be reached through spans and pointers.</summary>
    internal bool RefusesUndelayedViews =>
        Fabric is { AllowUndelayedViews: false } || (FabricProfile?.Links.Any(static l => !l.AllowUndelayedViews) ?? false);

    /// <summary>The cache in front of <see cref="UrmaContext.Global"/>'s translation table.</summary>
    public TranslationOptions Translation { get; init; } = new();

    /// <summary>
    /// By which rule peers are called slow (<see cref="UrmaContext.PeerSpeedChanged"/>); null, the default, for not looking for them. Looking costs
    /// some microseconds per peer and window, on a thread of the pool, and nothing in the data path.
    /// </summary>
    public SlowPeerOptions? SlowPeers { get; init; }

    /// <summary>A name for people: shown by the <c>urma</c> tool and in errors at peers. At most 63 bytes of UTF-8.</summary>
    public string? Label { get; init; }
}
