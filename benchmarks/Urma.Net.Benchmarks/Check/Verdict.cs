namespace Urma.Net.Benchmarks.Check;

/// <summary>What two sets of samples say.</summary>
internal enum Verdict
{
    /// <summary>A loss beyond the tolerance is excluded.</summary>
    Same,

    /// <summary>Slower by more than the tolerance, whatever in the interval is true.</summary>
    Loss,

    /// <summary>Faster by more than the tolerance, whatever in the interval is true.</summary>
    Gain,

    /// <summary>The samples lie too far apart to exclude a loss, or to be sure of one.</summary>
    Unclear,

    /// <summary>Nothing in the file to compare with.</summary>
    New,

    /// <summary>Too few samples, because the machine was too busy or the measurement failed.</summary>
    NotMeasured,
}
