using BenchmarkDotNet.Attributes;

namespace Urma.Net.Benchmarks;

/// <summary>Load and store, and the checks before them.</summary>
public class ViewBenchmarks
{
    // So many accesses share the cost of one lease.
    private const int Accesses = 64;

    private Pair _pair = null!;
    private long _plain;

    [GlobalSetup]
    public void Setup() => _pair = new Pair();

    [GlobalCleanup]
    public void Cleanup() => _pair.Dispose();

    /// <summary>The yardstick: the same store without a view.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Accesses)]
    public void RawStore()
    {
        for (int i = 0; i < Accesses; i++)
        {
            Volatile.Write(ref _plain, i);
        }
    }

    [Benchmark(OperationsPerInvoke = Accesses)]
    public void StoreRelease()
    {
        using SegmentView view = _pair.Target.Map(0, 4096);
        for (int i = 0; i < Accesses; i++)
        {
            view.StoreRelease(i * sizeof(long), (long)i);
        }
    }

    [Benchmark(OperationsPerInvoke = Accesses)]
    public long LoadAcquire()
    {
        using SegmentView view = _pair.Target.Map(0, 4096);
        long sum = 0;
        for (int i = 0; i < Accesses; i++)
        {
            sum += view.LoadAcquire<long>(i * sizeof(long));
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Accesses)]
    public void FetchAdd()
    {
        using SegmentView view = _pair.Target.Map(0, 4096);
        for (int i = 0; i < Accesses; i++)
        {
            view.FetchAdd(0, 1L);
        }
    }

    [Benchmark]
    public long CreateView()
    {
        using SegmentView view = _pair.Target.Map(0, 4096);
        return view.Length;
    }

    [Benchmark]
    public long ValidateLocalRange() => _pair.Local.Range(64, 128).Length;

    [Benchmark]
    public RemoteAddress ValidateRemoteAddress() => _pair.Target.At(64, 128);
}
