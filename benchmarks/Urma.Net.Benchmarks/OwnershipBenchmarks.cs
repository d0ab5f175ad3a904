using BenchmarkDotNet.Attributes;

namespace Urma.Net.Benchmarks;

/// <summary>Ownership that two members of one process take from each other: what the calls cost without another core's caches.</summary>
public class OwnershipBenchmarks
{
    private const int Ranges = 256;
    private const int Granule = 64;

    private Pair _pair = null!;
    private OwnershipDomain _home = null!;
    private OwnershipDomain _other = null!;
    private SharedRegion _homeRegion = null!;
    private OwnershipChange[] _homeChanges = null!;
    private OwnershipChange[] _otherChanges = null!;
    private OwnershipResult[] _results = null!;

    [GlobalSetup]
    public void Setup()
    {
        _pair = new Pair();
        _home = OwnershipDomain.Create(_pair.Owner, "benchmark", new OwnershipDomainOptions { GranuleSize = Granule });
        _other = OwnershipDomain.Join(_pair.User, "benchmark", _home.Token, TimeSpan.FromSeconds(10));
        _homeRegion = _home.CreateRegion("region", 2 * Ranges * Granule);
        _homeChanges = Changes(_homeRegion);
        _otherChanges = Changes(_other.OpenRegion("region"));
        _results = new OwnershipResult[Ranges];
    }

    [GlobalCleanup]
    public void Cleanup() => _pair.Dispose();

    [Benchmark(OperationsPerInvoke = 2)]
    public void SetOwnership()
    {
        _home.SetOwnership(_homeChanges[0]);
        _other.SetOwnership(_otherChanges[0]);
    }

    [Benchmark(OperationsPerInvoke = 2)]
    public void SetOwnershipBatch256()
    {
        _home.SetOwnership(_homeChanges, _results);
        _other.SetOwnership(_otherChanges, _results);
    }

    /// <summary>A scope of what is owned already.</summary>
    [Benchmark]
    public void WriteScope()
    {
        using OwnershipScope scope = _homeRegion.AcquireWrite(Granule, sizeof(long));
        scope.Span<long>(0, 1)[0]++;
    }

    private static OwnershipChange[] Changes(SharedRegion region) =>
        [.. Enumerable.Range(0, Ranges).Select(i => new OwnershipChange(region, 2L * i * Granule, Granule, Ownership.Write))];
}
