using System.Globalization;
using Urma.Net.Tool.Commands;
using Urma.Net.Tool.Peers;
using Urma.Net.Tool.Perftest;
using Urma.Net.Tool.Ranks;

namespace Urma.Net.Tool.Compare;

/// <summary>Measures everything that has a goal, beside its yardstick and beside UCX.</summary>
/// <remarks>One pinned thread. Each goal is handed on as soon as it is known.</remarks>
internal sealed class ComparisonRun(PeerClient client, UcxPerftest? ucx, int rounds, Action<ComparisonRow> report)
{
    private const long Kilobyte = 1024, Megabyte = 1 << 20;
    private const int Ranks = 8;

    private static readonly TimeSpan PieceTime = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LineTime = TimeSpan.FromMilliseconds(25);
    private static readonly Spread Missing = new(double.NaN, double.NaN, double.NaN);

    private readonly RoundPlan _plan = new() { Rounds = rounds };
    private double _allocated;
    private string _allocatedBy = string.Empty;

    public void Run()
    {
        AgainstLine();
        Messages();
        Bandwidth();
        LargeMessages();
        Atomics();
        Awaited();
        report(new ComparisonRow("managed bytes per operation", Text($"most: {_allocated:0.###}{_allocatedBy}"), string.Empty, PerOperation(_allocated), "B", 0, AtMost: true));
    }

    /// <summary>More processes than processors. Needs both processors for itself: run it when the peer of <see cref="Run"/> is gone.</summary>
    public static void RunRanks(Action<ComparisonRow> report)
    {
        RanksResult result = RanksCommand.Measure(Ranks);
        report(new ComparisonRow(
            "8 ranks, all pairs, window 64", Text($"{result.ManyRanks:0} ns/msg"), Text($"2 ranks {result.TwoRanks:0} ns/msg"),
            Exactly(result.ManyRanks / result.TwoRanks), "x", 3, AtMost: true));
        report(new ComparisonRow(
            "8 ranks, ping-pong on a core", Text($"{result.PingPong:0} ns"), Text($"raw futex {result.Handoff:0} ns"), result.PingPongRatio, "x", 1.5, AtMost: true));
        report(new ComparisonRow("8 ranks, idle waiter", Text($"{result.IdleShare * 100:0.00} % CPU"), string.Empty, Exactly(result.IdleShare * 100), "%", 1, AtMost: true));
        report(new ComparisonRow(
            "8 ranks, managed bytes per message", Text($"{result.AllocatedPerMessage:0.###}"), string.Empty, PerOperation(result.AllocatedPerMessage), "B", 0, AtMost: true));
    }

    private void AgainstLine()
    {
        PerfResult flags = Measure(new TestSetup(TestKind.LoadStoreLatency) { Size = 8 });
        report(new ComparisonRow("load/store flag, 8 B", Ns(flags.Time.Median), $"L {Ns(flags.CacheLine.Median)}", flags.Ratio, "x", 1.15, AtMost: true));

        Interleaved writes = Interleave(new TestSetup(TestKind.WriteLatency) { Size = 8 }, 0, new UcxTest("ucp_put_lat", 8));
        report(new ComparisonRow("write_lat, 8 B", Ours(writes), Line(writes), writes.OverLine, "x", 1.4, AtMost: true));
        report(Peer("write_lat, 8 B", writes, 0, "UCX put_lat", null));
    }

    private void Messages()
    {
        Interleaved small = Interleave(new TestSetup(TestKind.SendLatency) { Size = 8 }, 0, new UcxTest("ucp_am_lat", 8), new UcxTest("tag_lat", 8));
        report(new ComparisonRow("send_lat, 8 B", Ours(small), Line(small), small.OverLine, "x", 2.2, AtMost: true));
        report(Peer("send_lat, 8 B", small, 0, "UCX am_lat", 0.75));
        report(Peer("send_lat, 8 B", small, 1, "UCX tag_lat", null));

        Interleaved medium = Interleave(new TestSetup(TestKind.SendLatency) { Size = Kilobyte }, (int)Kilobyte, new UcxTest("ucp_am_lat", Kilobyte));
        report(new ComparisonRow(
            "send_lat, 1 KiB", Ours(medium), Text($"raw ring {Ns(Statistics.Median(medium.Rings))}"), medium.OverRing, "x", 1.3, AtMost: true));
        report(Peer("send_lat, 1 KiB", medium, 0, "UCX am_lat", 1));

        Interleaved rate = Interleave(new TestSetup(TestKind.SendBandwidth) { Size = 8 }, 0, new UcxTest("ucp_am_bw", 8), new UcxTest("tag_bw", 8));
        report(Rate("send rate, 8 B", rate, 1.5, "better of UCX am_bw, tag_bw"));
    }

    private void Bandwidth()
    {
        foreach (long size in new[] { 64 * Kilobyte, Megabyte, 16 * Megabyte, 64 * Megabyte })
        {
            foreach (TestKind kind in new[] { TestKind.WriteBandwidth, TestKind.ReadBandwidth })
            {
                PerfResult result = Measure(new TestSetup(kind) { Size = size });
                report(new ComparisonRow(
                    $"{TestNames.Of(kind)}, {Size(size)}", Gigabytes(result.Bandwidth), $"B {Gigabytes(result.Copy.Median)}", result.Ratio, "x", 0.95, AtMost: false));
            }
        }
    }

    private void LargeMessages()
    {
        const long Length = 4 * Megabyte;
        Interleaved messages = Interleave(new TestSetup(TestKind.SendBandwidth) { Size = Length }, 0, new UcxTest("ucp_am_bw", Length));
        double ours = Statistics.Median(messages.Ours);
        report(new ComparisonRow(
            "message bandwidth, 4 MiB", Gigabytes(Length / ours),
            ucx is null ? NoUcx : $"UCX am_bw {Gigabytes(Length / Statistics.Median(messages.Peers[0]))}",
            ucx is null ? Missing : messages.RateOverBestPeer(), "x", 3, AtMost: false));
    }

    private void Atomics()
    {
        // UCX's lower layer is the faster one where the transport can do it; the better of the two counts.
        Interleaved atomics = Interleave(
            new TestSetup(TestKind.AtomicBandwidth) { Size = 8 }, 0, new UcxTest("ucp_fadd", 8), new UcxTest("fadd", 8, "-d", "memory", "-x", "posix"));
        report(Rate("fetch-add rate", atomics, 1, "better of UCX ucp_fadd, fadd"));
    }

    private void Awaited()
    {
        // What waits comes first: code is optimised for what it does first, and a channel that never waited would be optimised for that.
        foreach ((AsyncMode mode, string name, double? goal) in new (AsyncMode, string, double?)[]
        {
            (AsyncMode.Poller, "awaited, resumed by the poller", 60),
            (AsyncMode.Synchronous, "awaited write, completed at post", 20),
            (AsyncMode.Pool, "awaited, resumed by the thread pool", null),
        })
        {
            PerfResult result = Measure(new TestSetup(TestKind.AsyncLatency) { Size = 8, AsyncMode = mode });
            report(new ComparisonRow(name, Ns(result.Time.Median), $"polled {Ns(result.References[0].Time.Median)}", result.References[0].Difference, "ns more", goal, AtMost: true));
        }
    }

    private PerfResult Measure(TestSetup setup)
    {
        setup = TestDefaults.Apply(setup);
        using var trial = new Trial(client, setup);
        PerfResult result = trial.Measure(_plan);
        Account(setup, result.AllocatedPerOperation);
        return result;
    }

    private Interleaved Interleave(TestSetup setup, int ring, params UcxTest[] tests)
    {
        setup = TestDefaults.Apply(setup);
        using var trial = new Trial(client, setup);
        trial.WarmUp(_plan);
        var pieces = new Interleaved(rounds, tests.Length);
        long operations = 0, before = trial.Allocated;
        for (int round = 0; ; round++)
        {
            double first = client.Yardsticks.CacheLine(LineTime);
            pieces.Ours[round] = trial.Piece(PieceTime, out long iterations);
            operations += iterations;
            pieces.Rings[round] = ring > 0 ? client.Yardsticks.Ring(PieceTime, ring) : 0;
            pieces.Lines[round] = (first + client.Yardsticks.CacheLine(LineTime)) / 2;
            if (round == rounds)
            {
                break;
            }

            for (int test = 0; ucx is not null && test < tests.Length; test++)
            {
                UcxResult result = ucx.Run(tests[test]);
                bool isLatency = tests[test].Name.EndsWith("_lat", StringComparison.Ordinal);
                pieces.Peers[test][round] = isLatency ? result.Nanoseconds : 1e9 / result.OperationsPerSecond;
            }
        }

        trial.Verify();
        Account(setup, (double)(trial.Allocated - before) / operations);
        return pieces;
    }

    private void Account(TestSetup setup, double allocated)
    {
        if (allocated > _allocated && setup.AsyncMode != AsyncMode.Pool)
        {
            _allocated = allocated;
            _allocatedBy = $" ({TestNames.Of(setup.Kind)}, {Size(setup.Size)})";
        }
    }

    private ComparisonRow Peer(string name, Interleaved pieces, int peer, string peerName, double? goal) => new(
        name, Ours(pieces), ucx is null ? NoUcx : $"{peerName} {Ns(Statistics.Median(pieces.Peers[peer]))}",
        ucx is null ? Missing : pieces.OverPeer(peer), "x", goal, AtMost: true);

    private ComparisonRow Rate(string name, Interleaved pieces, double goal, string peers) => new(
        name,
        Text($"{1000 / Statistics.Median(pieces.Ours):0.0} M/s"),
        ucx is null ? NoUcx : $"{peers} {Text($"{1000 / pieces.Peers.Min(Statistics.Median):0.0}")} M/s",
        ucx is null ? Missing : pieces.RateOverBestPeer(), "x", goal, AtMost: false);

    private static string NoUcx => $"UCX is not installed (apt-get install {UcxPerftest.Package})";

    private static string Ours(Interleaved pieces) => Ns(Statistics.Median(pieces.Ours));

    private static string Line(Interleaved pieces) => $"L {Ns(Statistics.Median(pieces.Lines))}";

    private static Spread Exactly(double value) => new(value, value, value);

    // A few hundred bytes once in a hundred thousand operations are not paid per operation.
    private static Spread PerOperation(double bytes) => Exactly(Math.Round(bytes, 2));

    private static string Ns(double nanoseconds) => Text($"{nanoseconds:0.0} ns");

    private static string Gigabytes(double perNanosecond) => Text($"{perNanosecond:0.0} GB/s");

    private static string Size(long bytes) => bytes >= Megabyte ? $"{bytes / Megabyte} MiB" : bytes >= Kilobyte ? $"{bytes / Kilobyte} KiB" : $"{bytes} B";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
