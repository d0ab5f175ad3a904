using Urma.Net.Compare.Model;
using Urma.Net.Compare.Parsing;
using Urma.Net.Compare.Peers;

namespace Urma.Net.Compare.Workloads;

/// <summary>Collective operations beside Open MPI's, which take turns within one command.</summary>
internal static class CollectiveWorkloads
{
    private static readonly string[] Operations = ["broadcast", "all_gather", "reduce_scatter", "alltoall"];

    public static Workload AllReduce(Bench bench) => Sizes(
        bench, "all_reduce", Groups.Collectives, "AllReduce of two ranks", "Two processes on a processor each add vectors of floats; each gets the sum.", 2,
        bench.Suite.IsQuick ? (8, 1 << 20, 64) : (8, 64 << 20, 8));

    public static Workload Oversubscribed(Bench bench) => Sizes(
        bench, "all_reduce_8", Groups.Oversubscription, "AllReduce of eight ranks", "Eight processes on the processors there are add vectors of floats; each gets the sum.", 8,
        bench.Suite.IsQuick ? (16, 64 << 10, 4096) : (16, 1 << 20, 16));

    public static Workload Small(Bench bench) => Several(bench, "collectives_small", "1K", "1 KiB", inBrief: false);

    public static Workload Large(Bench bench) => Several(bench, "collectives_large", "1M", "1 MiB", inBrief: true);

    private static Workload Sizes(Bench bench, string id, string group, string title, string about, int ranks, (long From, long To, long Factor) sizes)
    {
        (Series ours, Series mpi) = Pair();
        long last = sizes.From;
        while (last * sizes.Factor <= sizes.To)
        {
            last *= sizes.Factor;
        }

        return Create(bench, id, group, title, about, Axis.Bytes, [[sizes.From], [last]], new Turn(
            $"{bench.Tool} coll all_reduce -b {Bench.Text(sizes.From)} -e {Bench.Text(sizes.To)} -f {Bench.Text(sizes.Factor)} -g {ranks} --compare mpi --rounds 1 -J -", [ours, mpi], output => CollOutput.Microseconds(output, ours.Id, mpi.Id, CollOutput.Size)));
    }

    private static Workload Several(Bench bench, string id, string size, string words, bool inBrief)
    {
        (Series ours, Series mpi) = Pair();
        string command = string.Join("; ", Operations.Select((operation, place) => $"echo 'size {place}'; {bench.Tool} coll {operation} -b {size} -e {size} -g 2 --compare mpi --rounds 1 -J -"));
        return Create(
            bench, id, Groups.Collectives, $"Collective operations, {words}", $"Two processes on a processor each, vectors of floats of {words}.", Axis.Of("operation", Operations),
            inBrief ? [[.. Enumerable.Range(0, Operations.Length)]] : [],
            new Turn(command, [ours, mpi], output => Sections.Of(output).SelectMany(section => CollOutput.Microseconds(section.Text, ours.Id, mpi.Id, _ => section.Size))));
    }

    private static Workload Create(Bench bench, string id, string group, string title, string about, Axis axis, IReadOnlyList<double[]> inBrief, Turn turn) => new(id, group)
    {
        Title = title,
        About = $"{about} Both libraries' ranks stay alive, take turns of a hundredth of a second, and check their data.",
        Convention = "time of one operation of the slowest rank, mean of a loop of many",
        Unit = "us",
        LowerIsBetter = true,
        X = axis,
        InBrief = inBrief,
        Rounds = bench.Rounds,
        Turns = [turn],
    };

    private static (Series Ours, Series Mpi) Pair() =>
        (new("urma.loopback", PeerIds.Urma, "Urma.Net") { IsBaseline = true }, new("openmpi.coll", PeerIds.OpenMpi, "Open MPI"));
}
