using Urma.Net.Benchmarks.Loop;

namespace Urma.Net.Benchmarks.Tests;

/// <summary>The plain loop that measures where BenchmarkDotNet cannot.</summary>
/// <remarks>It counts what the process allocates, so no other test may run beside it.</remarks>
[CollectionDefinition(nameof(LoopTests), DisableParallelization = true)]
[Collection(nameof(LoopTests))]
public class LoopTests
{
    [Fact]
    public void Measures_a_benchmark_in_turns_with_another()
    {
        LoopResult result = PlainLoop.Measure("TransferBenchmarks.Write8", "RingBenchmarks.RawRing", slices: 4);
        Assert.True(result.Nanoseconds > 0);
        Assert.True(result.Ratio > 0);
        Assert.Equal(0, result.AllocatedBytes);
    }

    [Fact]
    public void Measures_what_must_be_prepared()
    {
        LoopResult result = PlainLoop.Measure("SendQueueBenchmarks.PollOne", over: null, slices: 4);
        Assert.True(result.Nanoseconds > 0);
        Assert.Null(result.Ratio);
    }

    [Fact]
    public void Says_what_is_no_benchmark() => Assert.Throws<ArgumentException>(static () => PlainLoop.Measure("TransferBenchmarks.Fly", null, 1));
}
