using System.Diagnostics;

namespace Urma.Net.Benchmarks.Loop;

/// <summary>A benchmark that is measured in slices, each far shorter than what a scheduler gives a thread at a time.</summary>
internal sealed class TimedOperation : IDisposable
{
    // A slice that the scheduler interrupts is an outlier, and so few are interrupted that the median is of others.
    private const double SliceNanoseconds = 150_000;

    // Twice as many calls as make the JIT compile a method again; several turns in which it compiled nothing mean that it is done.
    private const int CallsPerTurn = 64;
    private const int QuietTurns = 4;
    private const int MostTurns = 200;

    private const int CallsToNoticeAllocations = 10_000;
    private const double NanosecondsForAllocations = 30_000_000;

    private readonly Operation _operation;
    private int _callsPerSlice = 1;

    public TimedOperation(string name)
    {
        if (!ExpectedAllocations.Benchmarks().TryGetValue(name, out var method))
        {
            throw new ArgumentException($"There is no benchmark '{name}': names are those of expected-allocations.json.");
        }

        _operation = new Operation(method);
    }

    /// <summary>Calls it until its code is the final one, and chooses how many calls a slice has.</summary>
    public void WarmUp()
    {
        long compiled = -1;
        for (int turn = 0, quiet = 0; turn < MostTurns && quiet < QuietTurns; turn++)
        {
            _operation.Run(CallsPerTurn);
            long before = compiled;
            compiled = TieredCompiler.WaitUntilIdle();
            quiet = compiled == before ? quiet + 1 : 0;
        }

        double growth;
        do
        {
            double nanoseconds = Math.Min(Slice(), Math.Min(Slice(), Slice())) * _operation.OperationsPerCall * _callsPerSlice;
            double before = _callsPerSlice;
            _callsPerSlice = (int)Math.Clamp(before * SliceNanoseconds / nanoseconds, 1, Math.Min(before * 8, _operation.CallsPerPreparation));
            growth = _callsPerSlice / before;
        }
        while (growth > 1.5);
    }

    /// <summary>Runs a slice.</summary>
    /// <returns>Nanoseconds of one operation.</returns>
    public double Slice()
    {
        _operation.Prepare();
        long start = Stopwatch.GetTimestamp();
        _operation.RunPrepared(_callsPerSlice);
        long ticks = Stopwatch.GetTimestamp() - start;
        return ticks * (1e9 / Stopwatch.Frequency) / ((double)_callsPerSlice * _operation.OperationsPerCall);
    }

    /// <summary>Whole bytes that a call allocates.</summary>
    /// <param name="nanoseconds">What an operation takes, so that slow ones are called less often.</param>
    public long AllocatedBytes(double nanoseconds)
    {
        double calls = NanosecondsForAllocations / (nanoseconds * _operation.OperationsPerCall);
        int times = (int)Math.Clamp(calls, 1_000, Math.Min(CallsToNoticeAllocations, _operation.CallsPerPreparation));
        (long onThisThread, long onAllThreads) = AllocationMeter.MeasureLeast(_operation, times);

        // On this thread every byte counts; elsewhere the runtime allocates a little now and then, which is not a byte per call.
        return Math.Max((onThisThread + times - 1) / times, onAllThreads / times);
    }

    public void Dispose() => _operation.Dispose();
}
