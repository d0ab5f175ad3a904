using System.Text.Json.Nodes;
using Urma.Net.Compare.Model;
using Urma.Net.Compare.Parsing;
using Urma.Net.Compare.Peers;

namespace Urma.Net.Compare.Workloads;

/// <summary>What is gained by adapting a program, for the operations themselves and for a whole application.</summary>
internal static class Tiers
{
    private const string Shim = "liburma-roub.so";
    private const double Percent = 100;
    private const long Bytes = 8, ModelledBytes = 64;

    // What is read from the outputs of another workload costs nothing.
    private const double NextToNothing = 0.1;

    private static readonly double[] Gains = [10, 30, 50];
    private static readonly double[] Shares = [10, 20, 30, 40, 50, 60, 70, 80, 90];

    private static readonly Series Verbs = new("urma.verbs", PeerIds.Urma, "unmodified: a verbs program over the RoUB shim");
    private static readonly Series Xcopy = new("urma.xcopy", PeerIds.Urma, "adapted: Xcopy");
    private static readonly Series Batch = new("urma.batch", PeerIds.Urma, "adapted: Xcopy of 1024");
    private static readonly Series Store = new("urma.store", PeerIds.Urma, "rewritten: loads and stores");

    public static Workload Operations(Bench bench)
    {
        Series copy = new("c.memcpy", PeerIds.RawC, "memcpy, always to one place");
        return Create(bench, "tiers", "Three ways to adapt a program: the operations", "ns", lowerIsBetter: true, Axis.Bytes, "time of one write, each complete before the next") with
        {
            About = "The same writes to 1024 places of another process's memory in random order: by a verbs program that knows nothing of Urma.Net, by Xcopy, and by stores through a view.",
            Turns =
            [
                new Turn(Command(bench), [Verbs, Xcopy, Batch, Store, copy], output => Rows(output).SelectMany(row => new Reading[]
                {
                    new(Verbs.Id, (double)row["size"]!, (double)row["verbs_ns"]!),
                    new(Xcopy.Id, (double)row["size"]!, (double)row["xcopy_ns"]!),
                    new(Batch.Id, (double)row["size"]!, (double)row["xcopy_batch_ns"]!),
                    new(Store.Id, (double)row["size"]!, (double)row["store_ns"]!),
                    new(copy.Id, (double)row["size"]!, (double)row["memcpy_ns"]!),
                })),
            ],
        };
    }

    public static Workload Application(Bench bench) => Create(
        bench, "tiers_application", "Three ways to adapt a program: the application", "x", lowerIsBetter: false,
        new Axis("% of time communicating", "linear"), "speed of the whole: 1 / (1 - c + c / s), s from the writes of 64 bytes of the same command") with
    {
        About = "A program that spends the share c of its time communicating becomes 1 / (1 - c + c / s) times as fast when communication becomes s times as fast. Software only: no link lies between the ends.",
        Weight = NextToNothing,
        Turns = [Modelled(bench, static (s, series) => Shares.Select(share => new Reading(series, share, Speed(share / Percent, s))))],
    };

    public static Workload SharesNeeded(Bench bench) => Create(
        bench, "tiers_shares", "Share of communication at which 10, 30 and 50 % appear", "%", lowerIsBetter: true,
        Axis.Of("gain of the whole", [.. Gains.Select(static gain => $"{gain} %")]), "share of a program's time; absent where even all of it would not do") with
    {
        InBrief = [[.. Enumerable.Range(0, Gains.Length)]],
        About = "How much of its time a program must spend communicating to become 10, 30 or 50 % faster by a better way to communicate. Software only: no link lies between the ends.",
        Weight = NextToNothing,
        Turns = [Modelled(bench, static (s, series) => SharesFor(s, series))],
    };

    public static Workload Injected(Bench bench)
    {
        Series rdma = new("urma.write-rdma", PeerIds.Urma, "posted writes over a link like RDMA"), ub = new("urma.write-ub", PeerIds.Urma, "posted writes over a link like UB");
        Series stores = new("urma.store-ub", PeerIds.Urma, "loads and stores over a link like UB");
        return Linked(bench, "tiers_fabric", "Tiers over modelled links: the operations", "ns", lowerIsBetter: true, Axis.Bytes, "half a round trip of 8 bytes") with
        {
            About = "Writes to and fro with a modelled link between the ends: nothing arrives before its latency has passed. The machine's own cost comes on top; what the link adds is published, not measured.",
            Turns = [new Turn(Links(bench), [rdma, ub, stores], output => Times(output).Zip([rdma.Id, ub.Id, stores.Id], static (time, series) => new Reading(series, Bytes, time)))],
        };
    }

    public static Workload InjectedShares(Bench bench)
    {
        Series ub = new("urma.write-ub", PeerIds.Urma, "posted writes over UB instead of RDMA"), stores = new("urma.store-ub", PeerIds.Urma, "loads and stores over UB instead of posted writes over RDMA");
        return Linked(
            bench, "tiers_fabric_shares", "Tiers over modelled links: share at which 10, 30 and 50 % appear", "%", lowerIsBetter: true,
            Axis.Of("gain of the whole", [.. Gains.Select(static gain => $"{gain} %")]), "share of a program's time; absent where even all of it would not do") with
        {
            About = "The same model, with the speeds of operations over modelled links. It says what the published links would mean, not what was measured on them.",
            Weight = NextToNothing,
            Turns =
            [
                new Turn(Links(bench), [ub, stores], output =>
                {
                    double[] times = Times(output);
                    return SharesFor(times[0] / times[1], ub.Id).Concat(SharesFor(times[0] / times[2], stores.Id));
                }),
            ],
        };
    }

    /// <summary>How much faster a whole becomes when a share of it becomes faster.</summary>
    /// <param name="share">The share, 0 to 1.</param>
    /// <param name="times">How many times faster the share becomes.</param>
    internal static double Speed(double share, double times) => 1 / (1 - share + (share / times));

    /// <summary>The share that must become faster for the whole to gain so much.</summary>
    /// <param name="gain">0.1 for 10 %.</param>
    /// <param name="times">How many times faster the share becomes.</param>
    /// <returns>More than 1, or no number, where no share is enough.</returns>
    internal static double Share(double gain, double times) => gain / (1 + gain) / (1 - (1 / times));

    private static Turn Modelled(Bench bench, Func<double, string, IEnumerable<Reading>> model) => new(Command(bench), [Xcopy, Batch, Store], output =>
    {
        JsonObject row = Rows(output).Single(static row => (long)row["size"]! == ModelledBytes);
        double verbs = (double)row["verbs_ns"]!;
        return new (string Name, Series Series)[] { ("xcopy_ns", Xcopy), ("xcopy_batch_ns", Batch), ("store_ns", Store) }
            .SelectMany(way => model(verbs / (double)row[way.Name]!, way.Series.Id));
    });

    private static IEnumerable<Reading> SharesFor(double times, string series) => Gains
        .Select((gain, place) => new Reading(series, place, Share(gain / Percent, times)))
        .Where(static reading => reading.Value is > 0 and <= 1)
        .Select(static reading => reading with { Value = Percent * reading.Value });

    private static IEnumerable<JsonObject> Rows(string output) => PerftestOutput.Json(output)["rows"]!.AsArray().Select(static row => (JsonObject)row!);

    private static string Command(Bench bench) => $"{bench.Tool} perftest tiers --rounds 1 {(bench.Suite.IsQuick ? "-s 64 -s 4096" : "-s 8 -s 64 -s 512 -s 4096")} --cpu {bench.Cpus} --json -";

    // Posted writes over the slower link, over the faster one, and stores over that.
    private static string Links(Bench bench) => string.Join("; ", new[] { ("write_lat", "rdma"), ("write_lat", "ub"), ("loadstore_lat", "ub") }
        .Select((link, place) => $"echo 'size {place}'; {bench.Ours(link.Item1, [Bytes], $"--fabric {link.Item2}")}"));

    private static double[] Times(string output) => [.. Sections.Of(output).Select(static section => PerftestOutput.Nanoseconds(PerftestOutput.Json(section.Text)))];

    private static Workload Linked(Bench bench, string id, string title, string unit, bool lowerIsBetter, Axis axis, string convention) =>
        Create(bench, id, title, unit, lowerIsBetter, axis, convention) with { InjectsFabric = true, NotHere = null };

    private static Workload Create(Bench bench, string id, string title, string unit, bool lowerIsBetter, Axis axis, string convention) => new(id, Groups.Tiers)
    {
        Title = title,
        About = string.Empty,
        Convention = convention,
        Unit = unit,
        LowerIsBetter = lowerIsBetter,
        X = axis,
        Rounds = bench.Rounds,
        Weight = 0.6,
        Turns = [],
        NotHere = File.Exists(Path.Combine(bench.Native, Shim)) ? null : $"{Shim} was not built: ./build.sh exports says what it needs",
    };
}
