using BenchmarkDotNet.Attributes;

namespace Urma.Net.Benchmarks;

/// <summary>Memory that nobody registered by hand, when it comes again.</summary>
public class RegistrationBenchmarks
{
    private readonly byte[] _bytes = new byte[4096];
    private readonly byte[] _others = new byte[4096];
    private Pair _pair = null!;
    private RegistrationCache _cache = null!;
    private UdmaChannel _channel = null!;
    private RemoteAddress _remote;

    [GlobalSetup]
    public void Setup()
    {
        _pair = new Pair();
        _cache = _pair.Own(new RegistrationCache(_pair.User));
        _channel = _pair.Own(UdmaChannel.Create(
            _pair.User, new UdmaChannelOptions { Progress = ProgressMode.Manual, Continuations = ContinuationMode.Inline }));
        _remote = _pair.Target.At(0, 8);
    }

    [GlobalCleanup]
    public void Cleanup() => _pair.Dispose();

    /// <summary>Two of them, so that their order of use changes.</summary>
    [Benchmark]
    public void RentAnArray()
    {
        _cache.Rent(_bytes.AsMemory(16, 64)).Dispose();
        _cache.Rent(_others).Dispose();
    }

    [Benchmark]
    public void WriteAnArrayAsync() => Pair.Finish(_channel.WriteAsync(_cache, _bytes.AsMemory(8, 8), _remote));
}
