using Urma.Net.Benchmarks.Check;

namespace Urma.Net.Benchmarks.Tests;

/// <summary>The verdicts of <c>bench-check</c> on samples whose truth is known.</summary>
public class GuardTests
{
    private const int Trials = 200;
    private const int SamplesBefore = 25;
    private const int SamplesNow = 15;

    // What processes on a machine that does little else differ by.
    private const double OrdinaryDeviation = 0.02;

    private static readonly CheckedRatio Ratio = CheckedRatio.All[0];

    [Fact]
    public void A_loss_of_15_percent_is_found()
    {
        int found = Count(Verdict.Loss, OrdinaryDeviation, change: 1.15);
        Assert.InRange(found, Trials * 95 / 100, Trials);
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(0.05)]
    [InlineData(0.2)]
    public void Noise_alone_is_no_loss(double deviation) => Assert.Equal(0, Count(Verdict.Loss, deviation, change: 1));

    [Fact]
    public void A_loss_within_the_tolerance_is_none() => Assert.Equal(0, Count(Verdict.Loss, OrdinaryDeviation, change: 1.05));

    [Fact]
    public void Where_nothing_changed_and_the_machine_is_quiet_it_says_so()
    {
        int same = Count(Verdict.Same, OrdinaryDeviation, change: 1);
        Assert.InRange(same, Trials * 95 / 100, Trials);
    }

    [Fact]
    public void An_improvement_is_told()
    {
        int told = Count(Verdict.Gain, OrdinaryDeviation, change: 1 / 1.2);
        Assert.InRange(told, Trials * 95 / 100, Trials);
    }

    [Fact]
    public void Without_any_tolerance_false_alarms_are_as_rare_as_the_confidence_says()
    {
        int once = 0, twice = 0;
        for (int i = 0; i < Trials; i++)
        {
            var noise = new Noise(i, 0.05);
            List<double> before = noise.Around(10, SamplesBefore);
            bool first = Judgement.Of(before, noise.Around(10, SamplesNow), 0).Verdict == Verdict.Loss;
            bool second = Judgement.Of(before, noise.Around(10, SamplesNow), 0).Verdict == Verdict.Loss;
            once += first ? 1 : 0;
            twice += first && second ? 1 : 0;
        }

        // 2.5 % are nominal; the bootstrap of a median of fifteen is a little too sure of itself.
        Assert.InRange(once, 0, Trials * 6 / 100);
        Assert.InRange(twice, 0, Trials / 100);
    }

    [Fact]
    public void A_loss_that_noise_could_hide_is_unclear_and_not_a_loss()
    {
        Assert.Equal(Verdict.Unclear, Judgement.Of([10, 10, 10, 10, 10, 10], [9, 9, 10, 12, 14, 14], 0.1).Verdict);
    }

    [Fact]
    public void What_is_gone_the_second_time_was_no_loss()
    {
        var rounds = new Queue<double>([13, 10]);
        var asked = new List<int>();
        Judgement judged = Guard(some =>
        {
            asked.Add(some.Count);
            return new Noise(1, OrdinaryDeviation, outliers: 0).Around(rounds.Dequeue(), SamplesNow);
        }).Judge([Ratio])[Ratio];
        Assert.Equal(Verdict.Same, judged.Verdict);
        Assert.Equal([1, 1], asked);
    }

    [Fact]
    public void Only_what_looked_like_a_loss_is_measured_again()
    {
        CheckedRatio other = CheckedRatio.All[1];
        var baseline = new Baseline("", "", [Line(Ratio), Line(other)]);
        var asked = new List<CheckedRatio[]>();
        Dictionary<CheckedRatio, Judgement> judged = new Guard(baseline, some =>
        {
            asked.Add([.. some]);
            return some.ToDictionary(static r => r, static r => new Noise(3, OrdinaryDeviation, outliers: 0).Around(r == Ratio ? 13 : 10, SamplesNow));
        }).Judge([Ratio, other]);
        Assert.Equal([Verdict.Loss, Verdict.Same], judged.Values.Select(static j => j.Verdict));
        Assert.Equal([[Ratio, other], [Ratio]], asked);
    }

    [Fact]
    public void Too_few_samples_are_not_judged() => Assert.Equal(Verdict.NotMeasured, Judgement.Of([10, 10, 10], [20, 20, 20], 0.1).Verdict);

    [Fact]
    public void What_the_baseline_does_not_know_is_new() => Assert.Equal(Verdict.New, Judgement.Of(null, [20, 20, 20, 20, 20, 20], 0.1).Verdict);

    [Fact]
    public void The_interval_is_the_same_for_the_same_samples()
    {
        List<double> before = new Noise(1, 0.05).Around(10, SamplesBefore), now = new Noise(2, 0.05).Around(10, SamplesNow);
        (double low, double high) = Statistics.IntervalOfRatio(now, before, 0.95);
        Assert.Equal((low, high), Statistics.IntervalOfRatio([.. now], [.. before], 0.95));
        Assert.InRange(1.0, low, high);
    }

    private static int Count(Verdict verdict, double deviation, double change)
    {
        int count = 0;
        for (int i = 0; i < Trials; i++)
        {
            var noise = new Noise(i, deviation);
            var baseline = new Baseline("", "", [Line(Ratio) with { Samples = noise.Around(10, SamplesBefore) }]);
            var guard = new Guard(baseline, some => some.ToDictionary(static r => r, _ => noise.Around(10 * change, SamplesNow)));
            count += guard.Judge([Ratio])[Ratio].Verdict == verdict ? 1 : 0;
        }

        return count;
    }

    private static Guard Guard(Func<IReadOnlyList<CheckedRatio>, List<double>> samples) =>
        new(new Baseline("", "", [Line(Ratio)]), some => new Dictionary<CheckedRatio, List<double>> { [some[0]] = samples(some) });

    private static BaselineRatio Line(CheckedRatio ratio) =>
        new(ratio.Name, ratio.Over, BaselineRatio.LeastTolerance, new Noise(0, OrdinaryDeviation, outliers: 0).Around(10, SamplesBefore));
}
