using System.Diagnostics;
using System.Runtime.CompilerServices;
using Urma.Net.Measurement;
using Urma.Net.Tool.Peers;

namespace Urma.Net.Tool.Perftest;

/// <summary>An awaited operation beside the same one posted and polled; the difference is what awaiting costs.</summary>
/// <remarks>
/// What completes at post is a write to the peer. What completes later and is resumed by the poller is a message of this end to
/// itself that waits for its receive: one thread does all of it, so that no other thread's wake-up time hides the difference.
/// What the thread pool resumes is a write that the engine thread copies.
/// </remarks>
internal sealed class AsyncLatencyTest : PerfTest, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly ManualResetEventSlim _ended = new();
    private readonly Action _signalEnd;
    private readonly UdmaChannel _channel;
    private readonly AsyncMode _mode;
    private readonly WorkRequest _request;
    private readonly TargetJetty? _self;
    private readonly ReceiveRequest _receive;

    public AsyncLatencyTest(Endpoint endpoint)
        : base(endpoint)
    {
        FillPattern(0, 61);
        _signalEnd = _ended.Set;
        _mode = endpoint.Setup.AsyncMode;
        _request = WorkRequest.Write(endpoint.Outgoing, endpoint.RemoteLanding);
        if (_mode == AsyncMode.Poller)
        {
            _self = endpoint.Context.ImportJetty(endpoint.Jetty.Descriptor, endpoint.Jetty.Token);
            _request = WorkRequest.Send(_self, endpoint.Outgoing);
            _receive = new ReceiveRequest(endpoint.LandingSlot(0));
        }

        bool pool = _mode == AsyncMode.Pool;
        _channel = UdmaChannel.Create(endpoint.Context, new UdmaChannelOptions
        {
            Continuations = pool ? ContinuationMode.ThreadPool : ContinuationMode.Inline,
            Progress = pool ? ProgressMode.Automatic : ProgressMode.Manual,
            SingleThreaded = !pool,
            EngineThreshold = endpoint.EngineThreshold,
        });
    }

    public override bool NeedsAnswer => false;

    /// <summary>Whether work moves to other threads, so that one thread's allocations are not the whole.</summary>
    public bool UsesOtherThreads => _mode == AsyncMode.Pool;

    public override long Initiate(ulong start, long iterations)
    {
        long begin = Stopwatch.GetTimestamp();
        Complete(Await(iterations), iterations);
        return Clock.ToNanoseconds(Stopwatch.GetTimestamp() - begin);
    }

    public override IReadOnlyList<string> References => ["Posted and polled"];

    public override long InitiateReference(int reference, long iterations)
    {
        long begin = Stopwatch.GetTimestamp();
        for (long i = 0; i < iterations; i++)
        {
            Expect.Posted(Endpoint.Jetty.Post(in _request));
            Completion completion = default;
            int spins = 0;
            LetItEnd();
            while (Endpoint.SendJfc.Poll(new Span<Completion>(ref completion)) == 0)
            {
                if (++spins == PeerWatch.Spins)
                {
                    spins = 0;
                    Endpoint.Watch.Check();
                }
            }

            Expect.Succeeded(completion);
            TakeReceive();
        }

        return Clock.ToNanoseconds(Stopwatch.GetTimestamp() - begin);
    }

    public override void Sample(ulong start, Span<long> samples)
    {
        for (int i = 0; i < samples.Length; i++)
        {
            long before = Stopwatch.GetTimestamp();
            Complete(Await(1), 1);
            samples[i] = Clock.ToNanoseconds(Stopwatch.GetTimestamp() - before);
        }
    }

    public override void Verify(ulong operations, ulong peerChecksum)
    {
        ulong landed = _mode == AsyncMode.Poller ? Fnv.Hash(Endpoint.Memory, Endpoint.Landing, Size) : peerChecksum;
        if (Fnv.Hash(Endpoint.Memory, 0, Size) != landed)
        {
            throw WrongData("the peer's memory differs from what was written.");
        }
    }

    public void Dispose()
    {
        _channel.Dispose();
        _self?.Dispose();
        _ended.Dispose();
    }

    // Two loops in two methods, because a method is optimised for what it was seen to do first: writes that complete at once.
    private ValueTask Await(long iterations) => _self is null ? AwaitWrites(iterations) : AwaitMessages(_self, iterations);

    // Pooled, so that the first suspension of a run does not count as an allocation of its operations.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitWrites(long iterations)
    {
        SegmentRange outgoing = Endpoint.Outgoing;
        RemoteAddress landing = Endpoint.RemoteLanding;
        for (long i = 0; i < iterations; i++)
        {
            await _channel.WriteAsync(outgoing, landing).ConfigureAwait(false);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitMessages(TargetJetty self, long iterations)
    {
        SegmentRange outgoing = Endpoint.Outgoing;
        for (long i = 0; i < iterations; i++)
        {
            await _channel.SendAsync(self, outgoing).ConfigureAwait(false);
        }
    }

    private void Complete(ValueTask work, long iterations)
    {
        if (_mode == AsyncMode.Pool && !work.IsCompleted)
        {
            ValueTaskAwaiter awaiter = work.GetAwaiter();
            _ended.Reset();
            awaiter.UnsafeOnCompleted(_signalEnd);
            if (!_ended.Wait(Limit))
            {
                throw new ToolException($"Awaited writes did not complete within {Limit.TotalSeconds:0} s.");
            }

            awaiter.GetResult();
            return;
        }

        int spins = 0;
        while (!work.IsCompleted)
        {
            LetItEnd();
            while (_channel.Poll() == 0)
            {
                if (++spins == PeerWatch.Spins)
                {
                    spins = 0;
                    Endpoint.Watch.Check();
                }
            }

            TakeReceive();
        }

        work.GetAwaiter().GetResult();
    }

    // Posts the receive that the waiting message needs.
    private void LetItEnd()
    {
        if (_self is not null)
        {
            Expect.Posted(Endpoint.Jetty.PostReceive(in _receive));
        }
    }

    private void TakeReceive()
    {
        if (_self is not null)
        {
            Completion completion = default;
            while (Endpoint.ReceiveJfc.Poll(new Span<Completion>(ref completion)) == 0)
            {
                Endpoint.Watch.Check();
            }

            Expect.Received(completion, Size);
        }
    }
}
