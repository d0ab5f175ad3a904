using System.Diagnostics;
using Urma.Net.Measurement;
using Urma.Net.Tool.Peers;

namespace Urma.Net.Tool.Perftest;

/// <summary>One test between this process and a peer, measured in short rounds beside its yardsticks.</summary>
/// <remarks>
/// One thread, pinned by the caller. The one-way time of a cache line moves several-fold within seconds on shared machines,
/// so a yardstick is taken before and after each piece of test and the ratio is formed inside the round.
/// </remarks>
internal sealed class Trial : IDisposable
{
    private static readonly TimeSpan RoundLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ShortYardstick = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan SampleTime = TimeSpan.FromMilliseconds(10);
    private const long EnoughOperations = 50_000;
    private const int SamplesPerRound = 20_000;

    private readonly PeerClient _client;
    private readonly TestSetup _setup;
    private readonly Endpoint _endpoint;
    private readonly PerfTest _test;
    private ulong _operations;
    private long _peerPreemptions;
    private TimeSpan _used;
    private double _lastTime = 1000;

    /// <summary>Sets the test up on both ends.</summary>
    public Trial(PeerClient client, TestSetup setup)
    {
        _client = client;
        _setup = setup;
        _endpoint = new Endpoint(client.Context, setup, client.Watch, initiates: true);
        try
        {
            var message = new MessageWriter();
            setup.WriteTo(message);
            _endpoint.WriteGreeting(message);
            _endpoint.Connect(client.Ask(PeerRequest.Setup, message));
            _test = PerfTest.Create(_endpoint);
        }
        catch
        {
            _endpoint.Dispose();
            throw;
        }
    }

    /// <summary>Managed bytes both ends allocated in the measured loops.</summary>
    public long Allocated { get; private set; }

    /// <summary>Warms up, measures, and checks the data.</summary>
    public PerfResult Measure(RoundPlan plan)
    {
        WarmUp(plan);
        bool isBandwidth = TestNames.IsBandwidth(_setup.Kind);
        bool isAtomicRate = _setup.Kind == TestKind.AtomicBandwidth;
        int factor = TestNames.IsPingPong(_setup.Kind) ? 2 : 1;
        double[] times = new double[plan.Rounds], lines = new double[plan.Rounds + 1], copies = new double[plan.Rounds + 1];
        double[][] references = [.. _test.References.Select(_ => new double[plan.Rounds])];
        double[] atomics = new double[plan.Rounds + 1];
        long iterations = 0, total = 0;
        TimeSpan used = default;
        var samples = new List<double>();
        long[] buffer = new long[isBandwidth ? 0 : SamplesPerRound];
        double clock = ClockCost();

        Allocated = 0;
        int disturbed = 0;
        for (int round = 0; ; round++)
        {
            lines[round] = _client.Yardsticks.CacheLine(isBandwidth ? ShortYardstick : plan.YardstickTime);
            copies[round] = Copy((isBandwidth && !isAtomicRate) || _setup.Size > Endpoint.NumberedSize ? plan.YardstickTime : ShortYardstick);
            atomics[round] = TestNames.IsAtomic(_setup.Kind) ? _client.Yardsticks.FetchAdd(isAtomicRate ? plan.YardstickTime : ShortYardstick) : 0;
            if (round == plan.Rounds)
            {
                break;
            }

            long preemptions = Preemptions.Count() + _peerPreemptions;
            TimeSpan usedBefore = _used;
            long count, elapsed;
            if (plan.Iterations is { } wanted)
            {
                count = Math.Max(1, wanted / plan.Rounds);
                elapsed = Run(ref count);
            }
            else
            {
                elapsed = RunFor(plan.TestTime, out count);
            }

            used += _used - usedBefore;
            disturbed += Preemptions.Count() + _peerPreemptions == preemptions ? 0 : 1;
            times[round] = (double)elapsed / count / factor;
            for (int reference = 0; reference < references.Length; reference++)
            {
                references[reference][round] = (double)RunReference(reference, count) / count;
            }

            total += elapsed;
            iterations += count;
            if (!isBandwidth)
            {
                Sample(buffer, samples, clock, factor);
            }
        }

        Verify();
        double[] sorted = [.. samples.Order()];
        double[] line = BothSides(lines), copy = BothSides(copies), atomic = BothSides(atomics);
        (IEnumerable<double> ratios, string meaning) = Ratios(times, line, copy, atomic);
        return new PerfResult(_setup)
        {
            Iterations = iterations,
            Rounds = plan.Rounds,
            Disturbed = disturbed,
            Time = Statistics.Spread(times),
            Times = times,
            Average = (double)total / iterations / factor,
            Samples = sorted,
            CpuSecondsPerMillion = used.TotalSeconds * 1e6 / (iterations * factor),
            PeakBandwidth = _setup.Size / times.Min(),
            CacheLine = Statistics.Spread(line),
            CacheLines = line,
            Copies = copy,
            Copy = Statistics.Spread(copy),
            Atomic = Statistics.Median(atomic),
            Ratio = Statistics.Spread(ratios),
            RatioMeaning = meaning,
            References = [.. _test.References.Select((name, index) => ReferenceResult.Of(name, times, references[index]))],
            Remark = _test.Remark,
            AllocatedPerOperation = (double)Allocated / iterations,
        };
    }

    /// <summary>Runs operations in an untimed loop, for callers that interleave something else.</summary>
    /// <param name="iterations">How many; rounded up to what the test can do.</param>
    /// <returns>Nanoseconds taken.</returns>
    public long Run(ref long iterations)
    {
        long quantum = Math.Max(1, _setup.PostList) * Math.Max(1, _setup.CompletionModeration / Math.Max(1, _setup.PostList));
        iterations = (iterations + quantum - 1) / quantum * quantum;
        Begin(iterations);
        long before = AllocatedBytes();
        TimeSpan used = Environment.CpuUsage.TotalTime;
        long elapsed = _test.Initiate(_operations, iterations);
        _used += Environment.CpuUsage.TotalTime - used;
        Allocated += AllocatedBytes() - before;
        End(iterations);
        _lastTime = Math.Max(0.5, (double)elapsed / iterations);
        return elapsed;
    }

    /// <summary>One piece of the test, for callers that interleave something else.</summary>
    /// <param name="time">About how long.</param>
    /// <param name="iterations">How many operations it was.</param>
    /// <returns>Nanoseconds per operation: half the round trip where the ends take turns.</returns>
    public double Piece(TimeSpan time, out long iterations)
    {
        return (double)RunFor(time, out iterations) / iterations / (TestNames.IsPingPong(_setup.Kind) ? 2 : 1);
    }

    // In a few parts, each as long as the one before lets expect: a machine that has become slow does not make a piece take a minute.
    private long RunFor(TimeSpan time, out long iterations)
    {
        const int Parts = 5;
        long elapsed = 0;
        iterations = 0;
        for (int part = 0; part < Parts && elapsed < time.TotalNanoseconds; part++)
        {
            long count = Math.Max(1, (long)(time.TotalNanoseconds / Parts / _lastTime));
            elapsed += Run(ref count);
            iterations += count;
        }

        return elapsed;
    }

    /// <summary>Checks the data on both ends.</summary>
    /// <exception cref="ToolException">It is wrong.</exception>
    public void Verify() => _test.Verify(_operations, (ulong)_client.Ask(PeerRequest.Checksum).ReadInt64());

    public void Dispose()
    {
        try
        {
            if (_client.Watch.Loss is null)
            {
                _client.Ask(PeerRequest.CloseTest);
            }
        }
        finally
        {
            (_test as IDisposable)?.Dispose();
            _endpoint.Dispose();
        }
    }

    /// <summary>
    /// Calls the loops often enough to be compiled with what they were seen to do: a method counts calls, not iterations, and
    /// the better code is made in the background.
    /// </summary>
    public void WarmUp(RoundPlan plan)
    {
        long begin = Stopwatch.GetTimestamp();
        long done = 0;
        long[] buffer = new long[8];
        if (plan.WarmUp is { } wanted)
        {
            if (wanted > 0)
            {
                Run(ref wanted);
            }

            return;
        }

        for (int pass = 0; pass < plan.WarmUpPasses; pass++)
        {
            for (int call = 0; call < 40 && (call < 2 || Stopwatch.GetElapsedTime(begin) < TimeSpan.FromSeconds(2)); call++)
            {
                // About a millisecond each.
                long count = Math.Clamp((long)(1_000_000 / _lastTime), 1, 2000);
                Run(ref count);
                done += count;
                if (!TestNames.IsBandwidth(_setup.Kind))
                {
                    Sample(buffer, null, 0, 1);
                }

                for (int reference = 0; reference < _test.References.Count; reference++)
                {
                    RunReference(reference, count);
                }
            }

            Thread.Sleep(60);
        }

        long rest = Math.Min(EnoughOperations - done, (long)(200_000_000 / _lastTime));
        if (rest > 0)
        {
            Run(ref rest);
        }
    }

    private long RunReference(int reference, long iterations)
    {
        Begin(iterations);
        long elapsed = _test.InitiateReference(reference, iterations);
        End(_test.NeedsAnswer ? iterations : 0);
        return elapsed;
    }

    private long AllocatedBytes() => _test is AsyncLatencyTest { UsesOtherThreads: true }
        ? GC.GetTotalAllocatedBytes(precise: true)
        : GC.GetAllocatedBytesForCurrentThread();

    private void Sample(long[] buffer, List<double>? samples, double clock, int factor)
    {
        int count = (int)Math.Clamp(SampleTime.TotalNanoseconds / _lastTime, 1, buffer.Length);
        Begin(count);
        _test.Sample(_operations, buffer.AsSpan(0, count));
        End(count);
        // The first one contains the start of the other end.
        for (int i = 1; samples is not null && i < count; i++)
        {
            samples.Add(Math.Max(0, buffer[i] - clock) / factor);
        }
    }

    private void Begin(long iterations)
    {
        if (_test.NeedsAnswer)
        {
            _client.Begin(PeerRequest.Run, new MessageWriter().Write((long)_operations).Write(iterations));
        }

        _client.Watch.Arm(RoundLimit);
    }

    private void End(long iterations)
    {
        _operations += (ulong)iterations;
        if (_test.NeedsAnswer)
        {
            MessageReader answer = _client.End(RoundLimit);
            _ = answer.ReadInt64();
            Allocated += answer.ReadInt64();
            _peerPreemptions += answer.ReadInt64();
            _used += TimeSpan.FromTicks(answer.ReadInt64());
        }
    }

    private double Copy(TimeSpan duration)
    {
        if (_setup.Size == 0)
        {
            return 0;
        }

        // From the outgoing slot of one end to a slot of the other, in the direction in which the test moves its data.
        nint own = _endpoint.Memory.Address;
        if (!_client.Context.Capabilities.SupportsMapping)
        {
            // Memory of the same kind, both of it here.
            return PeerYardsticks.Copy(duration, own + (nint)_endpoint.Landing, own, _setup.Size);
        }

        using SegmentView remote = _endpoint.Remote.Map();
        return _setup.Kind is TestKind.ReadLatency or TestKind.ReadBandwidth
            ? PeerYardsticks.Copy(duration, own + (nint)_endpoint.Landing, remote.Address, _setup.Size)
            : PeerYardsticks.Copy(duration, remote.Address + (nint)_endpoint.Aside, own, _setup.Size);
    }

    private (IEnumerable<double> Ratios, string Meaning) Ratios(double[] times, double[] line, double[] copy, double[] atomic)
    {
        if (!TestNames.IsBandwidth(_setup.Kind))
        {
            return (times.Zip(line, (time, l) => time / l), "time / cache-line one-way time L");
        }

        if (TestNames.IsAtomic(_setup.Kind))
        {
            return (times.Zip(atomic, (time, raw) => raw / time), "rate / rate of raw atomic additions to the same kind of memory");
        }

        return _setup.Size < Endpoint.NumberedSize
            ? (times.Zip(line, (time, l) => l / time), "operations per cache-line one-way time L")
            : (times.Zip(copy, (time, b) => _setup.Size / time / b), "bandwidth / memcpy between the same memories");
    }

    private static double[] BothSides(double[] yardsticks) =>
        [.. yardsticks.Zip(yardsticks.Skip(1), (before, after) => (before + after) / 2)];

    /// <summary>What one reading of the clock adds to a sample.</summary>
    private static double ClockCost()
    {
        const int Readings = 4096;
        double[] costs = new double[16];
        for (int i = 0; i < costs.Length; i++)
        {
            long begin = Stopwatch.GetTimestamp();
            for (int reading = 0; reading < Readings; reading++)
            {
                _ = Stopwatch.GetTimestamp();
            }

            costs[i] = (double)Clock.ToNanoseconds(Stopwatch.GetTimestamp() - begin) / Readings;
        }

        return Statistics.Median(costs);
    }
}
