using BenchmarkDotNet.Attributes;

namespace Urma.Net.Benchmarks;

/// <summary>A lock in shared memory that nobody else wants.</summary>
public class LockBenchmarks
{
    private Pair _pair = null!;
    private GlobalLock _lock = null!;
    private long _plain;

    [GlobalSetup]
    public void Setup()
    {
        _pair = new Pair();
        GlobalLock.Initialize(_pair.Target);
        _lock = GlobalLock.Open(_pair.Target);
    }

    [GlobalCleanup]
    public void Cleanup() => _pair.Dispose();

    /// <summary>The yardstick: the two atomic operations that any lock needs.</summary>
    [Benchmark(Baseline = true)]
    public long TwoAtomics()
    {
        Interlocked.CompareExchange(ref _plain, 1, 0);
        return Interlocked.Exchange(ref _plain, 0);
    }

    [Benchmark]
    public void EnterExit() => _lock.Enter(TimeSpan.Zero).Dispose();

    [Benchmark]
    public void EnterReadExit() => _lock.EnterRead(TimeSpan.Zero).Dispose();

    [Benchmark]
    public async ValueTask EnterExitAsync() => (await _lock.EnterAsync(TimeSpan.Zero)).Dispose();
}
