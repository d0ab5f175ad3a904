using BenchmarkDotNet.Attributes;

namespace Urma.Net.Benchmarks;

/// <summary>Posting receives. A queue takes only so many, so each iteration gets a new one.</summary>
[InvocationCount(Pair.PreparedInvocations)]
public class ReceiveBenchmarks
{
    private Pair _pair = null!;
    private Jfc _jfc = null!;
    private Jfr _queue = null!;
    private ReceiveRequest _receive;

    [GlobalSetup]
    public void Setup()
    {
        _pair = new Pair();
        _receive = new ReceiveRequest(_pair.Remote.Range(0, 4096));
    }

    [IterationSetup]
    public void NewQueue()
    {
        CloseQueue();
        _jfc = _pair.Owner.CreateJfc(new JfcOptions { Depth = Pair.PreparedInvocations });
        _queue = _pair.Owner.CreateJfr(new JfrOptions { ReceiveJfc = _jfc, Depth = Pair.PreparedInvocations });
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        CloseQueue();
        _pair.Dispose();
    }

    [Benchmark]
    public void PostReceive() => Pair.Check(_queue.Post(in _receive));

    private void CloseQueue()
    {
        _queue?.Dispose();
        _jfc?.Dispose();
    }
}
