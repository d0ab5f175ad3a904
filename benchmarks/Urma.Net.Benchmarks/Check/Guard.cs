namespace Urma.Net.Benchmarks.Check;

/// <summary>Judges measurements, and what looks like a loss a second time.</summary>
/// <param name="baseline">What they are held against.</param>
/// <param name="measure">Takes fresh samples of some of them.</param>
internal sealed class Guard(Baseline baseline, Func<IReadOnlyList<CheckedRatio>, IReadOnlyDictionary<CheckedRatio, List<double>>> measure)
{
    /// <summary>
    /// What is said of each. A loss stands only when samples taken afterwards, judged by themselves, say the same: a machine that was disturbed for
    /// a minute seldom is in the next, too.
    /// </summary>
    public Dictionary<CheckedRatio, Judgement> Judge(IReadOnlyList<CheckedRatio> ratios)
    {
        Dictionary<CheckedRatio, Judgement> judged = JudgeOnce(ratios);
        CheckedRatio[] suspects = [.. judged.Where(static j => j.Value.Verdict == Verdict.Loss).Select(static j => j.Key)];
        if (suspects.Length > 0)
        {
            foreach ((CheckedRatio ratio, Judgement again) in JudgeOnce(suspects))
            {
                judged[ratio] = again;
            }
        }

        return judged;
    }

    private Dictionary<CheckedRatio, Judgement> JudgeOnce(IReadOnlyList<CheckedRatio> ratios)
    {
        IReadOnlyDictionary<CheckedRatio, List<double>> samples = measure(ratios);
        return ratios.ToDictionary(static ratio => ratio, ratio =>
        {
            BaselineRatio? before = baseline.Find(ratio);
            return Judgement.Of(before?.Samples, samples[ratio], before?.Tolerance ?? BaselineRatio.LeastTolerance);
        });
    }
}
