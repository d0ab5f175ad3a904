using Urma.Net.Internal;

namespace Urma.Net;

/// <summary>When a member borrows, how much, and how it takes back what it lent.</summary>
public sealed record BorrowPolicy
{
    /// <summary>This member's own memory in bytes; what the machine or the control group allows when null.</summary>
    public long? OwnMemory { get; init; }

    /// <summary>Asked for this member's free bytes before it borrows; what the machine or the control group has left when null.</summary>
    public Func<long>? FreeMemory { get; init; }

    /// <summary>Only a member whose free memory is below this share of its own borrows; 0 to 1. 1 lets it always borrow.</summary>
    public double TriggerFreeRatio { get; init; } = 0.2;

    /// <summary>Most bytes borrowed, as a share of the member's own memory; 0 to 1.</summary>
    public double RatioCap { get; init; } = 0.25;

    /// <summary>
    /// The share of translated accesses that may go to borrowed memory before the cap is lowered. The default is where accesses of 400
    /// instead of 125 ns make all of them 5 % slower on average: 6.25 / 275.
    /// </summary>
    public double HighestRemoteShare { get; init; } = 6.25 / 275;

    /// <summary>The cap is never lowered below this share of own memory.</summary>
    public double LowestCap { get; init; } = 0.01;

    /// <summary>Accesses that must have been made before the share is believed.</summary>
    public long AccessesPerSample { get; init; } = 10_000;

    /// <summary>How long a borrower that was asked has to return memory before it is taken away.</summary>
    public TimeSpan ReclaimTimeout { get; init; } = TimeSpan.FromSeconds(1);

    internal long MeasureOwn() => OwnMemory ?? MemoryHeadroom.Measure().Limit;

    internal long MeasureFree() => FreeMemory?.Invoke() ?? MemoryHeadroom.Measure().Available;

    internal void Validate()
    {
        if (!(TriggerFreeRatio is >= 0 and <= 1) || !(RatioCap is >= 0 and <= 1) || !(HighestRemoteShare is >= 0 and <= 1) || !(LowestCap >= 0 && LowestCap <= RatioCap))
        {
            throw new ArgumentException("BorrowPolicy: shares lie between 0 and 1, and LowestCap is at most RatioCap.");
        }

        if (AccessesPerSample < 1 || ReclaimTimeout < TimeSpan.Zero || OwnMemory is < 0)
        {
            throw new ArgumentException("BorrowPolicy: AccessesPerSample is at least 1, ReclaimTimeout and OwnMemory at least 0.");
        }
    }
}
