using BenchmarkDotNet.Attributes;

namespace Urma.Net.Benchmarks;

/// <summary>Placed memory, whose home and directory are another context's, and borrowed memory.</summary>
public class PlacementBenchmarks
{
    private readonly byte[] _record = new byte[64];
    private Pair _pair = null!;
    private PlacedMemory _home = null!;
    private PlacedMemory _placed = null!;
    private BorrowPool _lending = null!;
    private BorrowPool _borrowing = null!;
    private BorrowedMemory _borrowed = null!;

    [GlobalSetup]
    public void SetUp()
    {
        _pair = new Pair();
        _home = PlacedMemory.Create(_pair.Owner, "placed", _pair.Remote);
        _placed = PlacedMemory.Join(_pair.User, "placed", TimeSpan.FromSeconds(5));
        _lending = BorrowPool.Create(_pair.Owner, "pool");
        _ = _lending.Offer(1 << 16);
        _borrowing = BorrowPool.Join(_pair.User, "pool", TimeSpan.FromSeconds(5), new BorrowPolicy { TriggerFreeRatio = 1, OwnMemory = 1L << 30 });
        _borrowed = _borrowing.BorrowAsync(1 << 16).GetAwaiter().GetResult();
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _borrowing.Dispose();
        _lending.Dispose();
        _placed.Dispose();
        _home.Dispose();
        _pair.Dispose();
    }

    [Benchmark]
    public GlobalMemoryStatus PlacedRead64() => _placed.TryRead(0, _record);

    [Benchmark]
    public GlobalMemoryStatus PlacedWrite64() => _placed.TryWrite(4096, _record);

    [Benchmark]
    public void BorrowedXcopy64() => _pair.User.Global.Xcopy(_borrowed.Address, _record);
}
