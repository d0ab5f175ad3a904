using BenchmarkDotNet.Attributes;
using Urma.Net.Global;

namespace Urma.Net.Benchmarks;

/// <summary>What the software UMMU costs: an address that is at hand, and one whose entry another has taken.</summary>
public unsafe class TranslationBenchmarks
{
    private const int Translations = 1000;

    private Pair _pair = null!;
    private TranslationCache _roomy = null!;
    private TranslationCache _cramped = null!;
    private GlobalAddress _far;
    private GlobalAddress _near;

    [GlobalSetup]
    public void SetUp()
    {
        _pair = new Pair();
        _far = _pair.Target.GlobalAddress;
        _near = _pair.Local.GlobalAddress;
        _roomy = new TranslationCache(_pair.User.Global.Table, new TranslationOptions());
        _cramped = new TranslationCache(_pair.User.Global.Table, new TranslationOptions { CacheEntries = 1 });
    }

    [GlobalCleanup]
    public void CleanUp() => _pair.Dispose();

    [Benchmark(OperationsPerInvoke = Translations)]
    public void Hit() => Translate(_roomy, _far, _far);

    [Benchmark(OperationsPerInvoke = Translations)]
    public void Miss() => Translate(_cramped, _far, _near);

    private static void Translate(TranslationCache cache, in GlobalAddress even, in GlobalAddress odd)
    {
        cache.Enter();
        for (int i = 0; i < Translations; i += 2)
        {
            if (cache.Find(even) == null || cache.Find(odd) == null)
            {
                throw new InvalidOperationException($"An address was not translated: {cache.Fault}.");
            }
        }

        cache.Leave();
    }
}
