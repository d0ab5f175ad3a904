namespace Urma.Net.Ub;

/// <summary>What only UB devices can be told when they are opened.</summary>
public sealed record UbContextOptions
{
    /// <summary>The first EID, reliable transport path, the device's own aggregation.</summary>
    public static UbContextOptions Default { get; } = new();

    /// <summary>Which of the device's EIDs to open; the first when null.</summary>
    public uint? EidIndex { get; init; }

    /// <summary>How the ports of a bonding device share the work; the device's own choice when null. Set before anything is created.</summary>
    public UbBondingMode? Bonding { get; init; }

    /// <summary>The kind of transport path to peers.</summary>
    public UbTransportPath Path { get; init; }

    /// <summary>Priority of send queues, 0 to 15.</summary>
    public int Priority { get; init; }

    /// <summary>How long the device waits for an acknowledgement: 4.096 µs · 2ⁿ, n from 0 to 31.</summary>
    public int ErrorTimeout { get; init; } = 17;
}
