namespace Urma.Net.Tool.Perftest;

/// <summary>How a measurement is cut into rounds, each a piece of yardstick and a piece of test.</summary>
internal sealed record RoundPlan
{
    /// <summary>Rounds.</summary>
    public int Rounds { get; init; } = 20;

    /// <summary>The time of the test's piece of a round, where <see cref="Iterations"/> does not say how long it is.</summary>
    public TimeSpan TestTime { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The time of the yardstick's piece.</summary>
    public TimeSpan YardstickTime { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Operations over all rounds; by time when null.</summary>
    public long? Iterations { get; init; }

    /// <summary>Operations run beforehand; when null, as many as it takes for the compiler to have done its work.</summary>
    public long? WarmUp { get; init; }

    /// <summary>Pauses that the compiler gets to make better code of the loops, where <see cref="WarmUp"/> does not say how long that is.</summary>
    public int WarmUpPasses { get; init; } = 4;
}
