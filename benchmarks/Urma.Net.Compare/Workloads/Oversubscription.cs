using Urma.Net.Compare.Model;
using Urma.Net.Compare.Parsing;
using Urma.Net.Compare.Peers;

namespace Urma.Net.Compare.Workloads;

/// <summary>More processes than processors.</summary>
internal static class Oversubscription
{
    private const long Bytes = 8;
    private static readonly long[] Sizes = [Bytes];

    public static Workload Streams(Bench bench)
    {
        Series ours = new("urma.loopback", PeerIds.Urma, "Urma.Net, all to all, window of 64") { IsBaseline = true };
        return new Workload("ranks_stream", Groups.Oversubscription)
        {
            Title = "Two ranks and eight, all sending to all",
            About = "Processes stream messages of 8 bytes to all others, two on a processor each, then eight on two. What is told is the machine's time for each message, so that ideally nothing grows.",
            Convention = "time from first to last, over all messages",
            Unit = "ns",
            LowerIsBetter = true,
            X = new Axis("ranks", "linear"),
            Rounds = Math.Min(3, bench.Rounds),
            Weight = 0.8,
            Turns =
            [
                new Turn($"{bench.Tool} ranks -n 8", ours, output =>
                {
                    (double many, double two) = RanksOutput.Streaming(output);
                    return [new Reading(ours.Id, 2, two), new Reading(ours.Id, 8, many)];
                }),
            ],
        };
    }

    public static Workload SharedProcessor(Bench bench)
    {
        string one = $"{bench.Cpus.Client},{bench.Cpus.Client}";
        Series ours = new("urma.wait", PeerIds.Urma, "Urma.Net, spin, then sleep") { IsBaseline = true };
        Series futex = new("c.futex", PeerIds.RawC, "raw C: futex handoff"), unix = new("sockets.unix", PeerIds.Sockets, "Unix socket, blocking");
        Series mpi = new("openmpi.yield", PeerIds.OpenMpi, "Open MPI, mpi_yield_when_idle") { Why = Reasons.Yields };
        return new Workload("shared_processor", Groups.Oversubscription)
        {
            Title = "Two ranks on one processor",
            About = "Two processes that share a processor send a message of 8 bytes to and fro. Whoever spins only keeps the other from answering.",
            Convention = "half a round trip, mean of a loop of many",
            Unit = "ns",
            LowerIsBetter = true,
            Yardstick = futex,
            InBrief = [[Bytes]],
            Rounds = bench.Rounds,
            Weight = 0.7,
            Turns =
            [
                new Turn(
                    $"{bench.Tool} perftest send_lat -s {Bytes} --wait --rounds 1 --cpu {one} --json -", ours,
                    output => PerftestOutput.Read(output, ours.Id, PerftestOutput.Nanoseconds)),
                new Turn($"echo 'size {Bytes}'; taskset -c {bench.Cpus.Client} {bench.Native}/futex 20000", futex, output => YardstickOutput.OneWay(output, futex.Id)),
                new Turn(bench.Sockets("unix", "lat", "block", Sizes, cpus: one), unix, output => EndsOutput.Nanoseconds(output, unix.Id)),
                new Turn(bench.OpenMpi("send_lat", Sizes, 5000, cpus: one, options: "--mca mpi_yield_when_idle 1"), mpi, output => EndsOutput.Nanoseconds(output, mpi.Id)),
            ],
        };
    }
}
