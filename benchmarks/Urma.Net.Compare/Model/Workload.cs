namespace Urma.Net.Compare.Model;

/// <summary>One thing that is measured, of all who can do it.</summary>
/// <param name="Id">What <c>--workload</c> takes.</param>
/// <param name="Group">The chapter of the page.</param>
internal sealed record Workload(string Id, string Group)
{
    public required string Title { get; init; }

    /// <summary>What is done, in two sentences.</summary>
    public required string About { get; init; }

    /// <summary>How the number is counted, the same for all series.</summary>
    public required string Convention { get; init; }

    public required string Unit { get; init; }

    /// <summary>Whether less is better.</summary>
    public required bool LowerIsBetter { get; init; }

    public Axis X { get; init; } = Axis.Bytes;

    /// <summary>Whether a modelled link lies between the ends.</summary>
    public bool InjectsFabric { get; init; }

    /// <summary>The series to which all are set in relation; null where there is none.</summary>
    public Series? Yardstick { get; init; }

    /// <summary>The commands that take turns.</summary>
    public required IReadOnlyList<Turn> Turns { get; init; }

    /// <summary>The rows of README's table: the places of the axis that stand together in each.</summary>
    public IReadOnlyList<double[]> InBrief { get; init; } = [];

    /// <summary>What it may take beside the others of the suite: 1 is an ordinary share.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Rounds, where time allows.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>Why it cannot be measured on this machine; null where it can.</summary>
    public string? NotHere { get; init; }
}
