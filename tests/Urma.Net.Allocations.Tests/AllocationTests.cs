using Urma.Net.Benchmarks;

namespace Urma.Net.Allocations.Tests;

/// <summary>
/// Every benchmark allocates in steady state what <c>expected-allocations.json</c> says, without the hours of a benchmark run.
/// </summary>
public class AllocationTests
{
    private const int Operations = 10_000;
    private const int WarmUp = 2_000;

    public static TheoryData<string, long> Expectations()
    {
        var all = new TheoryData<string, long>();
        foreach ((string name, long bytes) in ExpectedAllocations.Load())
        {
            all.Add(name, bytes);
        }

        return all;
    }

    [Fact]
    public void Every_benchmark_has_an_expectation_and_every_expectation_a_benchmark() =>
        Assert.Equal([], ExpectedAllocations.Mismatches());

    [Theory]
    [MemberData(nameof(Expectations))]
    public void Allocates_what_is_expected(string benchmark, long expectedBytes)
    {
        using var operation = new Operation(ExpectedAllocations.Benchmarks()[benchmark]);
        operation.Run(WarmUp);

        (long onThisThread, long onAllThreads) = MeasureLeast(operation);
        Assert.Equal(expectedBytes * Operations, onThisThread);

        // The test runner allocates a little beside us, now and then; less than a byte per operation is not ours.
        Assert.Equal(expectedBytes, onAllThreads / Operations);
    }

    [Fact]
    public void An_allocation_is_seen()
    {
        using var operation = new Operation(typeof(Allocating).GetMethod(nameof(Allocating.Make))!);
        operation.Run(WarmUp);
        (long onThisThread, long onAllThreads) = MeasureLeast(operation);
        Assert.Equal(Operations * Allocating.Bytes, onThisThread);
        Assert.Equal(Allocating.Bytes, onAllThreads / Operations);
    }

    // What others allocate beside us only adds.
    private static (long ThisThread, long AllThreads) MeasureLeast(Operation operation)
    {
        long onThisThread = long.MaxValue;
        long onAllThreads = long.MaxValue;
        for (int i = 0; i < 3; i++)
        {
            (long thread, long all) = Measure(operation);
            onThisThread = Math.Min(onThisThread, thread);
            onAllThreads = Math.Min(onAllThreads, all);
        }

        return (onThisThread, onAllThreads);
    }

    private static (long ThisThread, long AllThreads) Measure(Operation operation)
    {
        operation.Prepare();
        long all = GC.GetTotalAllocatedBytes(precise: true);
        long thread = GC.GetAllocatedBytesForCurrentThread();
        operation.RunPrepared(Operations);
        thread = GC.GetAllocatedBytesForCurrentThread() - thread;
        return (thread, GC.GetTotalAllocatedBytes(precise: true) - all);
    }
}
