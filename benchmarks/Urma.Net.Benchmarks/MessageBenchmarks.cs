using BenchmarkDotNet.Attributes;

namespace Urma.Net.Benchmarks;

/// <summary>A message end to end: posted receive, send, both completions.</summary>
public class MessageBenchmarks
{
    private readonly ReceiveCompletion[] _wide = new ReceiveCompletion[1];
    private Pair _pair = null!;
    private ReceiveRequest _receive;
    private WorkRequest _send0;
    private WorkRequest _send8;
    private WorkRequest _send1K;
    private WorkRequest _send64K;
    private WorkRequest _immediate;

    [GlobalSetup]
    public void Setup()
    {
        _pair = new Pair();
        _receive = new ReceiveRequest(_pair.Remote.Range(0, 65536), userContext: 1);
        _send0 = WorkRequest.Send(_pair.Peer, _pair.Local.Range(0, 0));
        _send8 = WorkRequest.Send(_pair.Peer, _pair.Local.Range(0, 8));
        _send1K = WorkRequest.Send(_pair.Peer, _pair.Local.Range(0, 1024));
        _send64K = WorkRequest.Send(_pair.Peer, _pair.Local.Range(0, 65536));
        _immediate = WorkRequest.SendImmediate(_pair.Peer, _pair.Local.Range(0, 8), 7);
    }

    [GlobalCleanup]
    public void Cleanup() => _pair.Dispose();

    /// <summary>The yardstick: into shared memory and out again.</summary>
    [Benchmark(Baseline = true)]
    public void RawCopyTwice1KiB()
    {
        _pair.Local.AsSpan(0, 1024).CopyTo(_pair.Remote.AsSpan(0, 1024));
        _pair.Remote.AsSpan(0, 1024).CopyTo(_pair.Local.AsSpan(2048, 1024));
    }

    [Benchmark]
    public void SendReceive0() => SendAndReceive(in _send0);

    [Benchmark]
    public void SendReceive8() => SendAndReceive(in _send8);

    [Benchmark]
    public unsafe void SendReceive8Inline()
    {
        ulong value = 42;
        WorkRequest request = WorkRequest.SendInline(_pair.Peer, &value, sizeof(ulong));
        SendAndReceive(in request);
    }

    [Benchmark]
    public void SendReceive1KiB() => SendAndReceive(in _send1K);

    [Benchmark]
    public void SendReceive64KiB() => SendAndReceive(in _send64K);

    [Benchmark]
    public ulong SendReceiveImmediate()
    {
        Pair.Check(_pair.Receiver.PostReceive(in _receive));
        Pair.Check(_pair.Sender.Post(in _immediate));
        if (_pair.Received.Poll(_wide) != 1)
        {
            throw new InvalidOperationException("The message did not arrive at once.");
        }

        Pair.Take(_pair.Sent);
        return _wide[0].Immediate;
    }

    private void SendAndReceive(in WorkRequest request)
    {
        Pair.Check(_pair.Receiver.PostReceive(in _receive));
        Pair.Check(_pair.Sender.Post(in request));
        Pair.Take(_pair.Received);
        Pair.Take(_pair.Sent);
    }
}
