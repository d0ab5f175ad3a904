using BenchmarkDotNet.Attributes;

namespace Urma.Net.Benchmarks;

/// <summary>A heap of one rank: what allocating costs, and following a pointer.</summary>
public class HeapBenchmarks
{
    // So many accesses share the cost of the loop's entry.
    private const int Accesses = 64;

    private UrmaContext _context = null!;
    private GlobalHeap _heap = null!;
    private GlobalPointer<long> _words;

    [GlobalSetup]
    public void Setup()
    {
        _context = UrmaContext.Open($"loopback://{Guid.NewGuid():n}");
        _heap = GlobalHeap.Join(_context, new GlobalHeapOptions { Name = "bench", Rank = 0, Size = 1, SliceLength = 1 << 20 });
        _words = _heap.Allocate<long>(Accesses);
    }

    [GlobalCleanup]
    public void Cleanup() => _context.Dispose();

    /// <summary>The yardstick: the same loads through a local pointer.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Accesses)]
    public unsafe long LoadLocal()
    {
        long sum = 0;
        var words = (long*)_words.Address;
        for (int i = 0; i < Accesses; i++)
        {
            sum += words[i];
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Accesses)]
    public long LoadGlobal()
    {
        long sum = 0;
        GlobalPointer<long> words = _words;
        for (int i = 0; i < Accesses; i++)
        {
            sum += words[i];
        }

        return sum;
    }

    [Benchmark]
    public void AllocateFree() => _heap.Free(_heap.Allocate<long>());
}
