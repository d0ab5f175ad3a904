using Urma.Net.Compare.Model;
using Urma.Net.Compare.Parsing;
using Urma.Net.Compare.Peers;

namespace Urma.Net.Compare.Workloads;

/// <summary>Reads and writes of another process's memory, over sizes.</summary>
internal static class OneSidedSweep
{
    // Where several can be on their way.
    private const string Outstanding = "-O 64";

    private static readonly Series Line = new("c.ring", PeerIds.RawC, "raw C: a ring of slots in shared memory");
    private static readonly Series Copy = new("c.memcpy", PeerIds.RawC, "raw C: memcpy between shared mappings");

    public static Workload WriteLatency(Bench bench)
    {
        Series ours = new("urma.loopback", PeerIds.Urma, "Urma.Net write") { IsBaseline = true };
        Series ucx = new("ucx.put", PeerIds.Ucx, "UCX ucp_put_lat") { Why = Reasons.CallWithoutCompletion }, mpi = new("openmpi.put", PeerIds.OpenMpi, "Open MPI MPI_Put") { Why = Reasons.CallWithoutCompletion };
        return new Workload("write_lat", Groups.Latency)
        {
            Title = "Writes: latency",
            About = "Two processes write into each other's memory in turns, and each looks there for the other's last byte. The target takes no part in a write.",
            Convention = "half a round trip, mean of a loop of many",
            Unit = "ns",
            LowerIsBetter = true,
            Yardstick = Line,
            InBrief = bench.Rows(8),
            Rounds = bench.Rounds,
            Turns =
            [
                new Turn(bench.Ours("write_lat", bench.Sizes), ours, output => PerftestOutput.Read(output, ours.Id, PerftestOutput.Nanoseconds)),
                new Turn(bench.Yardstick("ring", bench.Sizes, 300), Line, output => YardstickOutput.OneWay(output, Line.Id)),
                new Turn(bench.Ucx("ucp_put_lat", bench.Sizes, 500), ucx, output => UcxOutput.Read(output, ucx.Id, UcxOutput.Nanoseconds)),
                new Turn(bench.OpenMpi("put_lat", bench.Sizes, 300), mpi, output => EndsOutput.Nanoseconds(output, mpi.Id)),
            ],
        };
    }

    public static Workload ReadLatency(Bench bench)
    {
        Series ours = new("urma.loopback", PeerIds.Urma, "Urma.Net read") { IsBaseline = true };
        Series ucx = new("ucx.get", PeerIds.Ucx, "UCX ucp_get") { Why = Reasons.CallWithoutCompletion }, mpi = new("openmpi.get", PeerIds.OpenMpi, "Open MPI MPI_Get and flush") { Why = Reasons.CallWithoutCompletion };
        return new Workload("read_lat", Groups.Latency)
        {
            Title = "Reads: latency",
            About = "A process reads from another's memory, and waits for each read before the next. The other takes no part.",
            Convention = "time of one operation, mean of a loop of many",
            Unit = "ns",
            LowerIsBetter = true,
            Yardstick = Copy,
            InBrief = bench.Rows(8),
            Rounds = bench.Rounds,
            Turns =
            [
                new Turn(bench.Ours("read_lat", bench.Sizes), ours, output => PerftestOutput.Read(output, ours.Id, PerftestOutput.Nanoseconds)),
                new Turn(bench.Yardstick("memcpy", bench.Sizes, 50), Copy, output => YardstickOutput.CopyNanoseconds(output, Copy.Id)),
                new Turn(bench.Ucx("ucp_get", bench.Sizes, 500, "-O 1"), ucx, output => UcxOutput.Read(output, ucx.Id, UcxOutput.Nanoseconds)),
                new Turn(bench.OpenMpi("get_lat", bench.Sizes, 100), mpi, output => EndsOutput.Nanoseconds(output, mpi.Id)),
            ],
        };
    }

    public static Workload WriteBandwidth(Bench bench) => Bandwidth(bench, "write_bw", "Writes", "ucp_put_bw", "put_bw", "MPI_Put");

    public static Workload ReadBandwidth(Bench bench) => Bandwidth(bench, "read_bw", "Reads", "ucp_get", "get_bw", "MPI_Get");

    private static Workload Bandwidth(Bench bench, string test, string title, string ucxTest, string mpiTest, string mpiName)
    {
        Series ours = new("urma.loopback", PeerIds.Urma, $"Urma.Net {title.ToLowerInvariant()}") { IsBaseline = true };
        Series ucx = new($"ucx.{ucxTest}", PeerIds.Ucx, $"UCX {ucxTest}") { Why = Reasons.CallWithoutCompletion }, mpi = new($"openmpi.{mpiTest}", PeerIds.OpenMpi, $"Open MPI {mpiName}, a flush behind 64") { Why = Reasons.CallWithoutCompletion };
        return new Workload(test, Groups.Bandwidth)
        {
            InBrief = bench.Rows(64 << 10),
            Title = $"{title}: bandwidth",
            About = $"A process keeps many {title.ToLowerInvariant()} of another's memory under way. The other takes no part.",
            Convention = "payload bytes per second, one way; GB are 10^9 bytes",
            Unit = "GB/s",
            LowerIsBetter = false,
            Yardstick = Copy,
            Rounds = bench.Rounds,
            Turns =
            [
                new Turn(bench.Ours(test, bench.Sizes), ours, output => PerftestOutput.Read(output, ours.Id, PerftestOutput.GigabytesPerSecond)),
                new Turn(bench.Yardstick("memcpy", bench.Sizes, 50), Copy, output => YardstickOutput.GigabytesPerSecond(output, Copy.Id)),
                new Turn(bench.Ucx(ucxTest, bench.Sizes, 200, Outstanding), ucx, output => UcxOutput.Read(output, ucx.Id, UcxOutput.GigabytesPerSecond)),
                new Turn(bench.OpenMpi(mpiTest, bench.Sizes, 50), mpi, output => EndsOutput.GigabytesPerSecond(output, mpi.Id)),
            ],
        };
    }
}
