using BenchmarkDotNet.Attributes;
using Urma.Net.Collectives;

namespace Urma.Net.Benchmarks;

/// <summary>The least that combining numbers of two ranks costs.</summary>
public class AllReduceBenchmarks
{
    private readonly long[][] _sent = [[1], [2]];
    private readonly long[][] _received = [[0], [0]];
    private RankPair _pair = null!;

    [GlobalSetup]
    public void Setup() => _pair = new RankPair(rank => rank.AllReduce<long>(_sent[rank.Rank], _received[rank.Rank], Reduction.Sum));

    [GlobalCleanup]
    public void Cleanup() => _pair.Dispose();

    [Benchmark]
    public long AllReduce8()
    {
        _pair.Call();
        return _received[0][0] == 3 ? 3 : throw new InvalidOperationException($"1 + 2 came out as {_received[0][0]}.");
    }
}
