using BenchmarkDotNet.Attributes;

namespace Urma.Net.Benchmarks;

/// <summary>The least that two ranks need to meet.</summary>
public class BarrierBenchmarks
{
    private RankPair _pair = null!;

    [GlobalSetup]
    public void Setup() => _pair = new RankPair(static rank => rank.Barrier());

    [GlobalCleanup]
    public void Cleanup() => _pair.Dispose();

    [Benchmark]
    public void Barrier() => _pair.Call();
}
