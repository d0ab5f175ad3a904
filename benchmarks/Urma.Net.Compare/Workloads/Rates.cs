using Urma.Net.Compare.Model;
using Urma.Net.Compare.Parsing;
using Urma.Net.Compare.Peers;

namespace Urma.Net.Compare.Workloads;

/// <summary>Small operations, as many as possible.</summary>
internal static class Rates
{
    private const long Bytes = 8;
    private const long Mebibyte = 1 << 20;

    public static Workload Senders(Bench bench)
    {
        int[] senders = bench.Suite.IsQuick ? [1, 4, 8] : [1, 2, 4, 8];
        Series ours = new("urma.loopback", PeerIds.Urma, "Urma.Net messages") { IsBaseline = true };
        Series mpi = new("openmpi.send", PeerIds.OpenMpi, "Open MPI, windows of 64 MPI_Isend") { Why = Reasons.CellWithoutReceive }, unix = new("sockets.unix", PeerIds.Sockets, "Unix sockets, polled");
        return new Workload("send_rate", Groups.Rate)
        {
            Title = "Messages: rate with several senders",
            About = "One to eight processes send messages of 8 bytes to one, which has one processor to itself; the senders share the other. Sockets may bring many messages by one call of the kernel.",
            Convention = "messages per second, of all senders together",
            Unit = "M/s",
            LowerIsBetter = false,
            X = new Axis("senders", "linear"),
            InBrief = [[1], [8]],
            Rounds = bench.Rounds,
            Turns =
            [
                new Turn($"{bench.Self} senders {string.Join(' ', senders)} --cpu {bench.Cpus}", ours, output => EndsOutput.MillionsPerSecond(output, ours.Id)),
                new Turn(
                    Each(senders, "$((c + 1))", ranks => bench.OpenMpi("rate", [Bytes], 5000, ranks)),
                    mpi,
                    output => Numbered(output, mpi.Id)),
                new Turn(
                    Each(senders, "$c", count => $"{bench.Native}/urma_sockets unix rate poll {bench.Cpus} {count} {Bench.Text(Bytes)}:$((60000 / c))"),
                    unix,
                    output => Numbered(output, unix.Id)),
            ],
        };
    }

    public static Workload RandomPuts(Bench bench)
    {
        long[] tables = bench.Suite.IsQuick ? [Mebibyte, 64 * Mebibyte] : [Mebibyte, 16 * Mebibyte, 256 * Mebibyte];
        Series store = new("urma.store", PeerIds.Urma, "Urma.Net, stores through a view") { IsBaseline = true };
        Series xcopy = new("urma.xcopy", PeerIds.Urma, "Urma.Net, Xcopy"), batch = new("urma.batch", PeerIds.Urma, "Urma.Net, Xcopy of 64");
        Series post = new("urma.post", PeerIds.Urma, "Urma.Net, 64 writes posted");
        Series raw = new("c.store", PeerIds.RawC, "raw C: stores into shared memory"), mpi = new("openmpi.put", PeerIds.OpenMpi, "Open MPI MPI_Put, a flush behind 64");
        return new Workload("random_puts", Groups.Rate)
        {
            Title = "Small puts to random places",
            About = "8 bytes to random places of a table in another process's memory, as the GUPS benchmark makes them. The smaller table fits into caches, the larger does not.",
            Convention = "puts per second",
            Unit = "M/s",
            LowerIsBetter = false,
            X = new Axis("table", "log2") { Labels = tables.ToDictionary(static table => (double)table, static table => $"{table / Mebibyte} MiB") },
            Yardstick = raw,
            InBrief = [[tables[^1]]],
            Rounds = bench.Rounds,
            Turns =
            [
                Own(bench, tables, store, "store", 5),
                Own(bench, tables, xcopy, "xcopy", 50),
                Own(bench, tables, batch, "batch", 30),
                Own(bench, tables, post, "post", 50),
                new Turn(Bench.Sweep(tables, static _ => 5_000_000, $"taskset -c {bench.Cpus.Client} {bench.Native}/scatter $s $n"), raw, output => EndsOutput.Rate(output, raw.Id)),
                new Turn(
                    $"{bench.OpenMpi("random", [], 0).TrimEnd()} {string.Join(' ', tables.Select(static table => $"{Bench.Text(table)}:1000000"))}",
                    mpi,
                    output => EndsOutput.MillionsPerSecond(output, mpi.Id)),
            ],
        };
    }

    private static Turn Own(Bench bench, IEnumerable<long> tables, Series series, string way, double nanoseconds)
    {
        const double Target = 50e6;
        string steps = string.Join(' ', tables.Select(table => $"{Bench.Text(table)}:{Bench.Text((long)(Target / nanoseconds))}"));
        return new Turn($"{bench.Self} random-puts {way} {bench.Cpus} {steps}", series, output => EndsOutput.MillionsPerSecond(output, series.Id));
    }

    // The programs call the bytes of a message the size; what counts here is the number before it.
    private static string Each(IEnumerable<int> counts, string argument, Func<string, string> body) =>
        $"for c in {string.Join(' ', counts)}; do echo \"senders $c\"; {body(argument)}; done";

    private static IEnumerable<Reading> Numbered(string output, string series)
    {
        foreach (string part in output.Split("senders ", StringSplitOptions.RemoveEmptyEntries).Where(static part => char.IsAsciiDigit(part[0])))
        {
            int end = part.IndexOf('\n', StringComparison.Ordinal);
            double count = double.Parse(part[..end], System.Globalization.CultureInfo.InvariantCulture);
            yield return EndsOutput.MillionsPerSecond(part[end..], series).Single() with { X = count };
        }
    }
}
