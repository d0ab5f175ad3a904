using System.Globalization;
using Urma.Net.Compare.Model;
using Urma.Net.Compare.Parsing;
using Urma.Net.Compare.Peers;

namespace Urma.Net.Compare.Workloads;

/// <summary>Start-up, and what contexts, segments and connections cost.</summary>
internal static class Resources
{
    // What is read from the outputs of another workload costs nothing.
    private const double NextToNothing = 0.1;

    // Resident memory is counted in pages, and the first of a kind finds room that was there before: what a few add says nothing.
    private const double LeastForMemory = 10;

    private const string OnePing = "ping -c 1 -i 0";

    private static readonly int[] Counts = [1, 10, 100, 1000];

    public static Workload StartUp(Bench bench)
    {
        Series ours = new("urma.ping", PeerIds.Urma, "urma ping, started by the .NET runtime") { IsBaseline = true };
        Series aheadOfTime = new("urma.ping_aot", PeerIds.Urma, "urma ping, compiled ahead of time");
        Series mpi = new("openmpi.start", PeerIds.OpenMpi, "mpirun of two ranks") { Why = Reasons.RuntimeStarts }, ucx = new("ucx.start", PeerIds.Ucx, "ucx_perftest, both ends") { Why = Reasons.RuntimeStarts };
        return new Workload("start_up", Groups.Resources)
        {
            Title = "Two processes start, exchange a message, and end",
            About = "From the shell's command to the end of both processes. For .NET that includes the start of the runtime and the compilation of what is called and was not compiled when urma was built; a program compiled ahead of time has neither.",
            Convention = "time from start to end",
            Unit = "ms",
            LowerIsBetter = true,
            X = Axis.Of("what", "one message"),
            InBrief = [[0]],
            Rounds = bench.Rounds,
            Weight = 0.5,
            Turns =
            [
                Timed($"{bench.Tool} {OnePing}", ours),
                .. bench.ToolAheadOfTime is { } compiled ? [Timed($"{compiled} {OnePing}", aheadOfTime)] : Array.Empty<Turn>(),
                Timed(bench.OpenMpi("send_lat", [], 0).TrimEnd() + " 8:1", mpi),
                Timed(bench.Ucx("tag_lat", [8], 0, operations: 1), ucx),
            ],
        };
    }

    public static IEnumerable<Workload> Footprints(Bench bench)
    {
        yield return Footprint(bench, "context", "contexts", "Contexts", "Contexts of one process on one fabric are opened.", null);
        yield return Footprint(bench, "segment", "segments", "Segments", "Segments of 64 KiB are allocated, whose memory others could import at once.", null);
        yield return Footprint(bench, "connection", "connections", "Connections", "Pairs of jetties, each with its completion queue, are made, imported and bound to each other; both ends are in one process.", "unix");
    }

    public static IEnumerable<Workload> Memory(Bench bench)
    {
        foreach (Workload workload in Footprints(bench))
        {
            yield return workload with
            {
                Id = workload.Id.Replace("_time", "_memory", StringComparison.Ordinal),
                Title = workload.Title.Replace("time", "memory", StringComparison.Ordinal),
                Convention = $"growth of the process's resident memory, for each; from {LeastForMemory} on, since it is counted in pages",
                Unit = "bytes",
                Weight = NextToNothing,
                InBrief = [],
                Turns = [.. workload.Turns.Where(static turn => turn.Series[0].IsOurs).Select(static turn => turn with { Parse = output => MemoryOfMany(output, turn.Series[0].Id) })],
            };
        }
    }

    private static Workload Footprint(Bench bench, string id, string what, string title, string about, string? peer)
    {
        Series ours = new("urma.loopback", PeerIds.Urma, $"Urma.Net {what}") { IsBaseline = true }, unix = new("sockets.unix", PeerIds.Sockets, "Unix sockets of .NET, connected") { Why = Reasons.SocketPair };
        Turn[] turns = [Made(bench, what, ours)];
        return new Workload($"{id}_time", Groups.Resources)
        {
            Title = $"{title}: time of each",
            About = $"{about} The number of those that exist at a time is on the axis.",
            Convention = "time of making one, mean over all",
            Unit = "us",
            LowerIsBetter = true,
            X = new Axis(what, "log2"),
            InBrief = peer is null ? [] : [[Counts[^1]]],
            Rounds = Math.Min(5, bench.Rounds),
            Weight = 0.3,
            Turns = peer is null ? turns : [.. turns, Made(bench, peer, unix)],
        };
    }

    private static Turn Made(Bench bench, string what, Series series) => new(
        $"{bench.Self} footprint {what} {string.Join(' ', Counts)}",
        series,
        output => EndsOutput.Nanoseconds(output, series.Id).Select(static reading => reading with { Value = reading.Value / 1000 }));

    private static IEnumerable<Reading> MemoryOfMany(string output, string series) =>
        EndsOutput.MemoryBytes(output, series).Where(static reading => reading is { X: >= LeastForMemory, Value: > 0 });

    private static Turn Timed(string command, Series series) => new(
        $"begin=$(date +%s%N); {command}; end=$(date +%s%N); echo \"took $((end - begin)) ns\"",
        series,
        output => [new Reading(series.Id, 0, double.Parse(output[(output.LastIndexOf("took ", StringComparison.Ordinal) + 5)..].Split(' ')[0], CultureInfo.InvariantCulture) / 1e6)]);
}
