using BenchmarkDotNet.Attributes;

namespace Urma.Net.Benchmarks;

/// <summary>Looking at queues that have nothing.</summary>
public class QueueBenchmarks
{
    private readonly Completion[] _narrow = new Completion[16];
    private readonly ReceiveCompletion[] _wide = new ReceiveCompletion[16];
    private Pair _pair = null!;

    [GlobalSetup]
    public void Setup() => _pair = new Pair();

    [GlobalCleanup]
    public void Cleanup() => _pair.Dispose();

    [Benchmark]
    public int PollEmpty() => _pair.Sent.Poll(_narrow);

    [Benchmark]
    public int PollEmptyForReceives() => _pair.Received.Poll(_wide);

    [Benchmark]
    public bool WaitWithoutPatience() => _pair.Sent.WaitUntilReady(TimeSpan.Zero);
}
