namespace Urma.Net;

/// <summary>What one member of an <see cref="OwnershipDomain"/> has done since it joined.</summary>
/// <remarks>While threads work, the numbers are not of one instant.</remarks>
public readonly record struct OwnershipCounters
{
    /// <summary>One scope in so many is timed for <see cref="Holds"/>: reading the clock twice costs more than a scope.</summary>
    public const int HoldSampling = 16;

    /// <summary>Calls that changed ownership, or tried: batches, single changes, and scopes that had to ask.</summary>
    public long Requests { get; init; }

    /// <summary>
    /// Protocol rounds: how often the domain's order was entered to visit the holders. One for each request, whatever its size, and
    /// one more each time a request was woken because somebody before it had finished.
    /// </summary>
    public long Rounds { get; init; }

    /// <summary>Changes asked for.</summary>
    public long Changes { get; init; }

    /// <summary>Changes that needed no work of their own: joined with a neighbour, repeated, or held already.</summary>
    public long Coalesced { get; init; }

    /// <summary>Granules whose ownership this member changed.</summary>
    public long Switches { get; init; }

    /// <summary>Requests that ended because the time was over.</summary>
    public long Timeouts { get; init; }

    /// <summary>Granules taken back from members that had died.</summary>
    public long Reclaimed { get; init; }

    /// <summary>How long requests waited for somebody, of all requests that had to.</summary>
    public LatencyHistogram Waits { get; init; }

    /// <summary>How long scopes were open, of one scope in <see cref="HoldSampling"/>.</summary>
    public LatencyHistogram Holds { get; init; }

    /// <summary>Both members together.</summary>
    internal OwnershipCounters Plus(in OwnershipCounters other) => new()
    {
        Requests = Requests + other.Requests,
        Rounds = Rounds + other.Rounds,
        Changes = Changes + other.Changes,
        Coalesced = Coalesced + other.Coalesced,
        Switches = Switches + other.Switches,
        Timeouts = Timeouts + other.Timeouts,
        Reclaimed = Reclaimed + other.Reclaimed,
        Waits = Waits.Plus(other.Waits),
        Holds = Holds.Plus(other.Holds),
    };
}
