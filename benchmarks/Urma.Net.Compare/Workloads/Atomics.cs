using Urma.Net.Compare.Model;
using Urma.Net.Compare.Parsing;
using Urma.Net.Compare.Peers;

namespace Urma.Net.Compare.Workloads;

/// <summary>Additions to a word of another process.</summary>
internal static class Atomics
{
    private const long Word = sizeof(ulong);
    private static readonly long[] Sizes = [Word];

    public static Workload Latency(Bench bench)
    {
        Series ours = new("urma.loopback", PeerIds.Urma, "Urma.Net fetch and add") { IsBaseline = true };
        Series raw = Raw(), ucx = new("ucx.fadd", PeerIds.Ucx, "UCX ucp_fadd") { Why = Reasons.CallWithoutCompletion }, mpi = new("openmpi.fadd", PeerIds.OpenMpi, "Open MPI MPI_Fetch_and_op and flush") { Why = Reasons.CallWithoutCompletion };
        return Create(bench, "atomic_lat", Groups.Latency, "Fetch and add: latency", "time of one operation, mean of a loop of many", "ns", lowerIsBetter: true, raw,
        [
            new Turn(bench.Ours("atomic_lat", Sizes), ours, output => PerftestOutput.Read(output, ours.Id, PerftestOutput.Nanoseconds)),
            new Turn(RawCommand(bench), raw, output => EndsOutput.Rate(output, raw.Id).Select(static reading => reading with { Value = 1000 / reading.Value })),
            new Turn(bench.Ucx("ucp_fadd", Sizes, 500, "-O 1"), ucx, output => UcxOutput.Read(output, ucx.Id, UcxOutput.Nanoseconds)),
            new Turn(bench.OpenMpi("atomic_lat", Sizes, 100), mpi, output => EndsOutput.Nanoseconds(output, mpi.Id)),
        ]);
    }

    public static Workload Rate(Bench bench)
    {
        Series ours = new("urma.loopback", PeerIds.Urma, "Urma.Net fetch and add") { IsBaseline = true };
        Series raw = Raw(), ucx = new("ucx.fadd", PeerIds.Ucx, "UCX ucp_fadd") { Why = Reasons.CallWithoutCompletion }, lower = new("ucx.uct-fadd", PeerIds.Ucx, "UCX fadd, its lower layer") { Why = Reasons.CallWithoutCompletion };
        Series mpi = new("openmpi.fadd", PeerIds.OpenMpi, "Open MPI MPI_Fetch_and_op, a flush behind 64") { Why = Reasons.CallWithoutCompletion };
        return Create(bench, "atomic_rate", Groups.Rate, "Fetch and add: rate", "operations per second, many under way", "M/s", lowerIsBetter: false, raw,
        [
            new Turn(bench.Ours("atomic_bw", Sizes), ours, output => PerftestOutput.Read(output, ours.Id, PerftestOutput.MillionsPerSecond)),
            new Turn(RawCommand(bench), raw, output => EndsOutput.Rate(output, raw.Id)),
            new Turn(bench.Ucx("ucp_fadd", Sizes, 100, "-O 64"), ucx, output => UcxOutput.Read(output, ucx.Id, UcxOutput.MillionsPerSecond)),
            new Turn(bench.Ucx("fadd", Sizes, 50, "-d memory -x posix"), lower, output => UcxOutput.Read(output, lower.Id, UcxOutput.MillionsPerSecond)),
            new Turn(bench.OpenMpi("atomic_bw", Sizes, 50), mpi, output => EndsOutput.MillionsPerSecond(output, mpi.Id)),
        ]);
    }

    private static Series Raw() => new("c.atomic", PeerIds.RawC, "raw C: atomic additions to shared memory, alone");

    private static string RawCommand(Bench bench) => $"echo 'size {Word}'; taskset -c {bench.Cpus.Client} {bench.Native}/atomic 5000000";

    private static Workload Create(Bench bench, string id, string group, string title, string convention, string unit, bool lowerIsBetter, Series yardstick, Turn[] turns) => new(id, group)
    {
        Title = title,
        About = "A process adds to a 64-bit word of another's memory and gets the old value. The other takes no part.",
        Convention = convention,
        Unit = unit,
        LowerIsBetter = lowerIsBetter,
        InBrief = [[Word]],
        Yardstick = yardstick,
        Rounds = bench.Rounds,
        Weight = 0.5,
        Turns = turns,
    };
}
