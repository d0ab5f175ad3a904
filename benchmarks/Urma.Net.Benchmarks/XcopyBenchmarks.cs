using BenchmarkDotNet.Attributes;

namespace Urma.Net.Benchmarks;

/// <summary>Copies between global addresses, and what translation costs.</summary>
public class XcopyBenchmarks
{
    private const int Count = 256;

    private Pair _pair = null!;
    private readonly XcopyItem[] _items = new XcopyItem[Count];
    private readonly GlobalMemoryStatus[] _results = new GlobalMemoryStatus[Count];
    private readonly byte[] _word = new byte[8];
    private GlobalMemory _global = null!;
    private GlobalAddress _far;
    private GlobalAddress _near;

    [GlobalSetup]
    public void SetUp()
    {
        _pair = new Pair();
        _global = _pair.User.Global;
        _far = _pair.Target.GlobalAddress;
        _near = _pair.Local.GlobalAddress;
        for (int i = 0; i < Count; i++)
        {
            _items[i] = new XcopyItem(_far + (i * 64), _near + (i * 64), 64);
        }
    }

    [GlobalCleanup]
    public void CleanUp() => _pair.Dispose();

    [Benchmark]
    public void Xcopy8() => _global.Xcopy(_far, _near, 8);

    [Benchmark]
    public void XcopySpan8() => _global.Xcopy(_far, _word);

    [Benchmark]
    public void Xcopy64KiB() => _global.Xcopy(_far, _near, 65536);

    [Benchmark]
    public int XcopyBatch256x64() => _global.XcopyBatch(_items, _results);

    [Benchmark]
    public void XcopyAsync8() => Finish(_global.XcopyAsync(_far, _near, 8));

    [Benchmark]
    public GlobalMemoryStatus Query() => _global.Query(_far, 8, forWriting: true);

    /// <summary>A copy that the context's copying thread makes, awaited.</summary>
    [Benchmark]
    public void XcopyAsync512KiB() =>
        Finish(_global.XcopyAsync(_far, _near, 512 << 10));

    private static void Finish(ValueTask task)
    {
        SpinWait spin = default;
        while (!task.IsCompleted)
        {
            spin.SpinOnce();
        }

        task.GetAwaiter().GetResult();
    }
}
