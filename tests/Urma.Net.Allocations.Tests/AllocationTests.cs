using Urma.Net.Benchmarks;
using Urma.Net.Benchmarks.Loop;

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

        (long onThisThread, long onAllThreads) = AllocationMeter.MeasureLeast(operation, Operations);
        Assert.Equal(expectedBytes * Operations, onThisThread);

        // The test runner allocates a little beside us, now and then; less than a byte per operation is not ours.
        Assert.Equal(expectedBytes, onAllThreads / Operations);
    }

    [Fact]
    public void An_allocation_is_seen()
    {
        using var operation = new Operation(typeof(Allocating).GetMethod(nameof(Allocating.Make))!);
        operation.Run(WarmUp);
        (long onThisThread, long onAllThreads) = AllocationMeter.MeasureLeast(operation, Operations);
        Assert.Equal(Operations * Allocating.Bytes, onThisThread);
        Assert.True(onAllThreads >= onThisThread);
    }
}
