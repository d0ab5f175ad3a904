using BenchmarkDotNet.Attributes;

namespace Urma.Net.Benchmarks;

/// <summary>One-sided operations through a jetty.</summary>
public class TransferBenchmarks
{
    private const int Batch = 16;

    private readonly WorkRequest[] _batch = new WorkRequest[Batch];
    private readonly Completion[] _completions = new Completion[Batch];
    private Pair _pair = null!;
    private WorkRequest _write8;
    private WorkRequest _unsignaled8;
    private WorkRequest _write64K;
    private WorkRequest _read8;
    private WorkRequest _notify8;
    private WorkRequest _fetchAdd;
    private WorkRequest _compareSwap;

    [GlobalSetup]
    public void Setup()
    {
        _pair = new Pair();
        SegmentRange local = _pair.Local.Range(0, 8);
        RemoteAddress remote = _pair.Target.At(64, 8);
        _write8 = WorkRequest.Write(local, remote);
        _unsignaled8 = _write8.Unsignaled();
        _write64K = WorkRequest.Write(_pair.Local.Range(0, 65536), _pair.Target.At(0, 65536));
        _read8 = WorkRequest.Read(local, remote);
        _notify8 = WorkRequest.WriteNotify(local, remote, _pair.Target.At(128, 8), 1);
        _fetchAdd = WorkRequest.FetchAdd(local, remote, 1);
        _compareSwap = WorkRequest.CompareSwap(local, remote, 1, 2);
        Array.Fill(_batch, _write8);
    }

    [GlobalCleanup]
    public void Cleanup() => _pair.Dispose();

    /// <summary>The yardstick: what the hardware needs for the copy alone.</summary>
    [Benchmark(Baseline = true)]
    public void RawCopy8() => _pair.Local.AsSpan(0, 8).CopyTo(_pair.Remote.AsSpan(64, 8));

    /// <summary>The yardstick of large copies.</summary>
    [Benchmark]
    public void RawCopy64KiB() => _pair.Local.AsSpan(0, 65536).CopyTo(_pair.Remote.AsSpan(0, 65536));

    [Benchmark]
    public void Write8Unsignaled() => Pair.Check(_pair.Sender.Post(in _unsignaled8));

    [Benchmark]
    public void Write8() => PostAndTake(in _write8);

    [Benchmark(OperationsPerInvoke = Batch)]
    public void Write8InBatchesOf16()
    {
        Pair.Check(_pair.Sender.Post(_batch, out _));
        if (_pair.Sent.Poll(_completions) != Batch)
        {
            throw new InvalidOperationException("A batch did not complete at once.");
        }
    }

    [Benchmark]
    public void Write64KiB() => PostAndTake(in _write64K);

    [Benchmark]
    public void Read8() => PostAndTake(in _read8);

    [Benchmark]
    public void WriteNotify8() => PostAndTake(in _notify8);

    [Benchmark]
    public void FetchAdd8() => PostAndTake(in _fetchAdd);

    [Benchmark]
    public void CompareSwap8() => PostAndTake(in _compareSwap);

    [Benchmark]
    public void BuildAndWrite8() =>
        PostAndTake(WorkRequest.Write(_pair.Local.Range(0, 8), _pair.Target.At(64, 8), userContext: 1));

    private void PostAndTake(in WorkRequest request)
    {
        Pair.Check(_pair.Sender.Post(in request));
        Pair.Take(_pair.Sent);
    }
}
