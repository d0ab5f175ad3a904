using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using Urma.Net.Measurement;
using Urma.Net.Tool.Peers;

namespace Urma.Net.Tool.Perftest;

/// <summary>
/// Regions that lie apart change hands: the initiator takes all of them for writing, by a call each or by one call, and tells the
/// other end, which takes all of them back in the same way. The time is that of the initiator's calls, per region; both ends spin
/// in between. Beside it the same by single calls, and half of a whole turn, which contains the message and a word of data.
/// </summary>
/// <remarks>The other end, which creates the domain, is its home: with a fabric model the initiator is far.</remarks>
internal sealed class OwnershipTest : PerfTest, IDisposable
{
    public const long DefaultSize = 64;

    private readonly int _count;
    private readonly OwnershipDomain _domain;
    private readonly OwnershipChange[] _changes;
    private readonly OwnershipResult[] _results;
    private readonly SharedRegion _first;
    private readonly long _clock;
    private long _word;
    private long _calls;
    private long _rounds;

    public OwnershipTest(Endpoint endpoint)
        : base(endpoint)
    {
        TestSetup setup = endpoint.Setup;
        _count = setup.PostList;
        int granule = (int)Math.Max(setup.PageProtection ? Environment.SystemPageSize : 64, (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(setup.Size, 1)));
        SegmentDescriptor home = endpoint.Initiates ? endpoint.Remote.Descriptor : endpoint.Memory.Descriptor;
        string name = string.Create(CultureInfo.InvariantCulture, $"perftest-{home.Uasid}-{home.TokenId}-{home.Generation}");
        // The tool's own domain, among processes of one user, for as long as the test lasts.
        var token = new Token(home.Generation);
        if (endpoint.Initiates)
        {
            _domain = OwnershipDomain.Join(endpoint.Context, name, token, TimeSpan.FromSeconds(10));
        }
        else
        {
            _domain = OwnershipDomain.Create(endpoint.Context, name, new OwnershipDomainOptions
            {
                Capacity = 2L * _count * granule,
                GranuleSize = granule,
                MaxRegions = 1,
                MaxRanges = _count,
                Enforcement = setup.PageProtection ? OwnershipEnforcement.PageProtection : OwnershipEnforcement.Checked,
                Token = token,
            });
            _domain.CreateRegion("regions", 2L * _count * granule);
        }

        _first = _domain.OpenRegion("regions");
        _results = new OwnershipResult[_count];
        _changes = [.. Enumerable.Range(0, _count).Select(i => new OwnershipChange(_first, 2L * i * granule, granule, Ownership.Write))];
        _clock = ClockCost();
    }

    public override bool NeedsAnswer => true;

    public override IReadOnlyList<string> References => Endpoint.Setup.Batch ? ["Single calls", "Half a turn"] : ["Half a turn"];

    public override string? Remark => _calls == 0
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{(double)_rounds / _calls:0.000} protocol rounds for each call of {(Endpoint.Setup.Batch ? _count : 1)} regions, the last loop");

    public override long Initiate(ulong start, long iterations)
    {
        long before = _domain.GetCounters().Rounds;
        long time = Turns(iterations, Endpoint.Setup.Batch, out _);
        _rounds = _domain.GetCounters().Rounds - before;
        _calls = HandOvers(iterations) * (Endpoint.Setup.Batch ? 1 : _count);
        return time;
    }

    public override long InitiateReference(int reference, long iterations)
    {
        if (Endpoint.Setup.Batch && reference == 0)
        {
            return Turns(iterations, batch: false, out _);
        }

        Turns(iterations, Endpoint.Setup.Batch, out long whole);
        return whole / 2;
    }

    public override void Sample(ulong start, Span<long> samples)
    {
        var turn = new Turn(this);
        for (long i = 0; i < HandOvers(samples.Length); i++)
        {
            long time = turn.Take(Endpoint.Setup.Batch) / _count;
            samples.Slice((int)(i * _count), (int)Math.Min(_count, samples.Length - (i * _count))).Fill(time);
            turn.Pass();
            turn.Await();
        }

        turn.Dispose();
    }

    public override long Answer(ulong start, long iterations)
    {
        var turn = new Turn(this);
        for (long i = 0; i < HandOvers(iterations); i++)
        {
            turn.Await();
            turn.Take(Endpoint.Setup.Batch);
            turn.Pass();
        }

        turn.Dispose();
        return 0;
    }

    public override ulong Checksum()
    {
        using OwnershipScope scope = _first.AcquireRead(_changes[0].Offset, sizeof(long));
        return Fnv.Hash(scope.ReadOnlyBytes);
    }

    public override void Verify(ulong operations, ulong peerChecksum)
    {
        Span<byte> expected = stackalloc byte[sizeof(long)];
        BitConverter.TryWriteBytes(expected, _word);
        if (Fnv.Hash(expected) != peerChecksum)
        {
            throw WrongData($"the word that every owner adds to is not {_word}.");
        }
    }

    public void Dispose() => _domain.Dispose();

    // A turn moves all regions, so whole turns are made also where fewer operations are asked for.
    private long HandOvers(long iterations) => Math.Max(1, iterations / _count);

    private long Turns(long iterations, bool batch, out long whole)
    {
        var turn = new Turn(this);
        long begin = Stopwatch.GetTimestamp();
        long calls = 0;
        long turns = HandOvers(iterations);
        for (long i = 0; i < turns; i++)
        {
            calls += Math.Max(1, turn.Take(batch) - _clock);
            turn.Pass();
            turn.Await();
        }

        whole = Clock.ToNanoseconds(Stopwatch.GetTimestamp() - begin);
        turn.Dispose();
        return calls;
    }

    private static long ClockCost()
    {
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < 10_000; i++)
        {
            _ = Stopwatch.GetTimestamp();
        }

        return Clock.ToNanoseconds(Stopwatch.GetTimestamp() - begin) / 10_000;
    }

    // One end's part of a turn. The word that both add to shows that the next owner sees what the last one stored.
    private ref struct Turn(OwnershipTest test)
    {
        private readonly OwnershipTest _test = test;
        private SegmentView _remote = test.Endpoint.Remote.Map();
        private SegmentView _local = test.Endpoint.Memory.Map();

        public readonly long Take(bool batch)
        {
            OwnershipTest test = _test;
            long begin = Stopwatch.GetTimestamp();
            if (batch)
            {
                test._domain.SetOwnership(test._changes, test._results);
            }
            else
            {
                foreach (ref readonly OwnershipChange change in test._changes.AsSpan())
                {
                    test._domain.SetOwnership(change);
                }
            }

            long time = Clock.ToNanoseconds(Stopwatch.GetTimestamp() - begin);
            using OwnershipScope scope = test._first.OpenWrite(test._changes[0].Offset, sizeof(long));
            ref long word = ref scope.Span<long>(0, 1)[0];
            Expect.Number((ulong)word, (ulong)test._word);
            word = ++test._word;
            return time;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Pass() => _remote.StoreRelease(_test.Endpoint.Landing, _test._word);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Await()
        {
            OwnershipTest test = _test;
            test._word++;
            int spins = 0;
            while (_local.LoadAcquire<long>(test.Endpoint.Landing) != test._word)
            {
                if (++spins == PeerWatch.Spins)
                {
                    spins = 0;
                    test.Endpoint.Watch.Check();
                }
            }
        }

        public void Dispose()
        {
            _remote.Dispose();
            _local.Dispose();
        }
    }
}
