namespace Urma.Net.Conformance;

/// <summary>Bounds against hanging. They are no measurements: a loaded machine must never reach them.</summary>
public static class Bounds
{
    /// <summary>One operation.</summary>
    public static TimeSpan Operation { get; } = TimeSpan.FromSeconds(20);

    /// <summary>A whole scenario.</summary>
    public static TimeSpan Scenario { get; } = TimeSpan.FromSeconds(120);

    /// <summary>How long a scenario is repeated that threads carry out in turns.</summary>
    public static TimeSpan Repetition { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Long enough that a waiter has gone to sleep.</summary>
    public static TimeSpan UntilAsleep { get; } = TimeSpan.FromMilliseconds(150);
}
