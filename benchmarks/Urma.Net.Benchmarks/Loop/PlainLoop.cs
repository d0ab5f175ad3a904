namespace Urma.Net.Benchmarks.Loop;

/// <summary>Measures benchmarks without BenchmarkDotNet: in a loop, in short slices, which works in a program without a JIT, too.</summary>
internal static class PlainLoop
{
    /// <summary>Measures one, in turns with another where there is one.</summary>
    public static LoopResult Measure(string name, string? over, int slices)
    {
        using var subject = new TimedOperation(name);
        using TimedOperation? yardstick = over is null ? null : new TimedOperation(over);
        subject.WarmUp();
        yardstick?.WarmUp();

        var times = new double[slices];
        var ratios = new double[slices];
        for (int i = 0; i < slices; i++)
        {
            // Either comes first as often as the other.
            double before = yardstick is not null && i % 2 == 0 ? yardstick.Slice() : 0;
            times[i] = subject.Slice();
            double beside = yardstick is not null && i % 2 != 0 ? yardstick.Slice() : before;
            ratios[i] = times[i] / beside;
        }

        double nanoseconds = Median.InPlace(times);
        return new LoopResult(name, over, nanoseconds, over is null ? null : Median.InPlace(ratios), subject.AllocatedBytes(nanoseconds));
    }
}
