using BenchmarkDotNet.Attributes;

namespace Urma.Net.Benchmarks;

/// <summary>The halves of a polled operation: posting without polling, and polling what was posted before.</summary>
[InvocationCount(Pair.PreparedInvocations)]
public class SendQueueBenchmarks
{
    private const int Batch = 64;

    private readonly WorkRequest[] _batch = new WorkRequest[Batch];
    private readonly Completion[] _completions = new Completion[Batch];
    private Pair _pair = null!;
    private Jfc _emptyJfc = null!;
    private Jfs _empty = null!;
    private Jfc _fullJfc = null!;
    private Jfs _full = null!;
    private WorkRequest _write;

    [GlobalSetup]
    public void Setup()
    {
        _pair = new Pair();
        (_emptyJfc, _empty) = NewQueue();
        (_fullJfc, _full) = NewQueue();
        _write = WorkRequest.Write(_pair.Local.Range(0, 8), _pair.Target.At(64, 8));
        Array.Fill(_batch, _write);
    }

    [GlobalCleanup]
    public void Cleanup() => _pair.Dispose();

    /// <summary>Makes one queue empty and the other full, again: the memory of both has been touched before it is measured.</summary>
    [IterationSetup]
    public void EmptyOneAndFillOther()
    {
        Drain(_emptyJfc);
        Drain(_fullJfc);
        for (int i = 0; i < Pair.PreparedInvocations; i += Batch)
        {
            Pair.Check(_full.Post(_batch, out _));
        }
    }

    /// <summary>With a completion that nobody takes yet.</summary>
    [Benchmark]
    public void Post8() => Pair.Check(_empty.Post(in _write));

    [Benchmark]
    public void PollOne() => Pair.Take(_fullJfc);

    private (Jfc Jfc, Jfs Queue) NewQueue()
    {
        Jfc jfc = _pair.Own(_pair.User.CreateJfc(new JfcOptions { Depth = Pair.PreparedInvocations }));
        return (jfc, _pair.Own(_pair.User.CreateJfs(new JfsOptions { SendJfc = jfc, Depth = Pair.PreparedInvocations })));
    }

    private void Drain(Jfc jfc)
    {
        while (jfc.Poll(_completions) > 0)
        {
        }
    }
}
