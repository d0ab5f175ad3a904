namespace Urma.Net.Compare.Running;

/// <summary>How a suite shares its time between workloads.</summary>
/// <param name="IsQuick">Whether minutes matter more than rounds.</param>
internal sealed record Suite(bool IsQuick)
{
    /// <summary>What all workloads together may take: what is promised, less what finding peers and writing results takes.</summary>
    public TimeSpan Budget => IsQuick ? TimeSpan.FromSeconds(270) : TimeSpan.FromMinutes(27);

    /// <summary>Rounds that are enough.</summary>
    public int Rounds { get; init; } = IsQuick ? 3 : 9;

    public string Mode => IsQuick ? "quick" : "full";

    /// <summary>A workload's share.</summary>
    /// <param name="weight">Its own weight.</param>
    /// <param name="weightLeft">The weight of it and of all behind it.</param>
    /// <param name="timeLeft">What is left of the suite's time.</param>
    public static TimeSpan Share(double weight, double weightLeft, TimeSpan timeLeft) => timeLeft * Math.Min(1, weight / weightLeft);
}
