using BenchmarkDotNet.Attributes;

namespace Urma.Net.Benchmarks;

/// <summary>Messages over a connected channel, sent and received on one thread.</summary>
public class MessageChannelBenchmarks
{
    private readonly byte[] _message = new byte[65536];
    private Pair _pair = null!;
    private MessageChannel _client = null!;
    private MessageChannel _server = null!;

    [GlobalSetup]
    public void Setup()
    {
        _pair = new Pair();
        var options = new MessageChannelOptions { Progress = ProgressMode.Manual, Continuations = ContinuationMode.Inline };
        using MessageListener listener = MessageChannel.Listen(_pair.Owner, "bench", options);
        Task<MessageChannel> accepted = listener.AcceptAsync();
        _client = _pair.Own(MessageChannel.ConnectAsync(_pair.User, "bench", null, options).GetAwaiter().GetResult());
        _server = _pair.Own(accepted.GetAwaiter().GetResult());
    }

    [GlobalCleanup]
    public void Cleanup() => _pair.Dispose();

    [Benchmark(Baseline = true)]
    public int TrySendReceive8() => Pass(8);

    [Benchmark]
    public int TrySendReceive1KiB() => Pass(1024);

    /// <summary>Larger than a slot: goes through a buffer that the receiver grants.</summary>
    [Benchmark]
    public int TrySendReceive64KiB() => Pass(65536);

    [Benchmark]
    public int SendReceiveAsync8()
    {
        ValueTask<MessageLease> receive = _server.ReceiveAsync();
        Pair.Finish(_client.SendAsync(_message.AsMemory(0, 8)));
        while (!receive.IsCompleted)
        {
            _server.Poll();
        }

        using MessageLease lease = receive.GetAwaiter().GetResult();
        return lease.Span.Length;
    }

    private int Pass(int length)
    {
        while (!_client.TrySend(_message.AsSpan(0, length)))
        {
            _server.Poll();
        }

        MessageLease lease;
        while (!_server.TryReceive(out lease))
        {
            _client.Poll();
        }

        int received = lease.Span.Length;
        lease.Dispose();
        return received;
    }
}
