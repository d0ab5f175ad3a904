using BenchmarkDotNet.Attributes;

namespace Urma.Net.Benchmarks;

/// <summary>The awaited forms of one-sided operations.</summary>
public class ChannelBenchmarks
{
    private const int Large = 4096;

    private Pair _pair = null!;
    private UdmaChannel _shared = null!;
    private UdmaChannel _single = null!;
    private UdmaChannel _engine = null!;
    private SegmentRange _local;
    private SegmentRange _localLarge;
    private RemoteAddress _remote;

    [GlobalSetup]
    public void Setup()
    {
        _pair = new Pair();
        var manual = new UdmaChannelOptions { Progress = ProgressMode.Manual, Continuations = ContinuationMode.Inline };
        _shared = _pair.Own(UdmaChannel.Create(_pair.User, manual));
        _single = _pair.Own(UdmaChannel.Create(_pair.User, manual with { SingleThreaded = true }));
        _engine = _pair.Own(UdmaChannel.Create(_pair.User, manual with { EngineThreshold = Large }));
        _local = _pair.Local.Range(0, 8);
        _localLarge = _pair.Local.Range(0, Large);
        _remote = _pair.Target.At(0, Large);
    }

    [GlobalCleanup]
    public void Cleanup() => _pair.Dispose();

    [Benchmark(Baseline = true)]
    public void WriteAsync8SingleThreaded() => Pair.Finish(_single.WriteAsync(_local, _remote));

    [Benchmark]
    public void WriteAsync8() => Pair.Finish(_shared.WriteAsync(_local, _remote));

    [Benchmark]
    public void ReadAsync8() => Pair.Finish(_shared.ReadAsync(_local, _remote));

    [Benchmark]
    public ulong FetchAddAsync() => Pair.Finish(_shared.FetchAddAsync(_remote, 1));

    /// <summary>The copy runs on the engine's thread, so the operation is pending when the call returns.</summary>
    [Benchmark]
    public void WriteAsyncPending4KiB()
    {
        ValueTask write = _engine.WriteAsync(_localLarge, _remote);
        while (!write.IsCompleted)
        {
            _engine.Poll();
        }

        write.GetAwaiter().GetResult();
    }
}
