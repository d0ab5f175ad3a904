using Urma.Net.Compare.Model;
using Urma.Net.Compare.Parsing;
using Urma.Net.Compare.Peers;

namespace Urma.Net.Compare.Workloads;

/// <summary>Messages over sizes: one at a time, or a stream of them.</summary>
internal static class MessageSweep
{
    public static Workload Latency(Bench bench)
    {
        Series ours = new("urma.loopback", PeerIds.Urma, "Urma.Net messages") { IsBaseline = true };
        Series ring = new("c.ring", PeerIds.RawC, "raw C: a ring of slots in shared memory");
        Series tag = new("ucx.tag", PeerIds.Ucx, "UCX tag_lat") { Why = Reasons.CellWithoutReceive }, active = new("ucx.am", PeerIds.Ucx, "UCX ucp_am_lat") { Why = Reasons.CellWithoutReceive };
        Series mpi = new("openmpi.send", PeerIds.OpenMpi, "Open MPI MPI_Send") { Why = Reasons.CellWithoutReceive }, fabric = new("libfabric.msg", PeerIds.Libfabric, "libfabric fi_pingpong, shm");
        Series unix = new("sockets.unix", PeerIds.Sockets, "Unix socket, polled"), tcp = new("sockets.tcp", PeerIds.Sockets, "TCP loopback, polled");
        Series named = new("dotnet.named", PeerIds.DotNet, "NamedPipeStream"), anonymous = new("dotnet.anonymous", PeerIds.DotNet, "AnonymousPipeStream");
        return new Workload("send_lat", Groups.Latency)
        {
            Title = "Messages: latency",
            About = "Two processes send a message to and fro, each into a buffer that the receiver has posted. Both look for it all the time, but for the pipes of .NET, which can only sleep.",
            Convention = "half a round trip, mean of a loop of many",
            Unit = "ns",
            LowerIsBetter = true,
            Yardstick = ring,
            InBrief = bench.Rows(8, 1 << 20),
            Rounds = bench.Rounds,
            Weight = 2,
            Turns =
            [
                new Turn(bench.Ours("send_lat", bench.Sizes), ours, output => PerftestOutput.Read(output, ours.Id, PerftestOutput.Nanoseconds)),
                new Turn(bench.Yardstick("ring", bench.Sizes, 300), ring, output => YardstickOutput.OneWay(output, ring.Id)),
                new Turn(bench.Ucx("tag_lat", bench.Sizes, 1000), tag, output => UcxOutput.Read(output, tag.Id, UcxOutput.Nanoseconds)),
                new Turn(bench.Ucx("ucp_am_lat", bench.Sizes, 1000), active, output => UcxOutput.Read(output, active.Id, UcxOutput.Nanoseconds)),
                new Turn(bench.OpenMpi("send_lat", bench.Sizes, 500), mpi, output => EndsOutput.Nanoseconds(output, mpi.Id)),
                new Turn(bench.Libfabric(bench.Sizes), fabric, output => LibfabricOutput.Nanoseconds(output, fabric.Id)),
                new Turn(bench.Sockets("unix", "lat", "poll", bench.Sizes), unix, output => EndsOutput.Nanoseconds(output, unix.Id)),
                new Turn(bench.Sockets("tcp", "lat", "poll", bench.Sizes), tcp, output => EndsOutput.Nanoseconds(output, tcp.Id)),
                new Turn(bench.Pipes("named", "lat", bench.Sizes), named, output => EndsOutput.Nanoseconds(output, named.Id)),
                new Turn(bench.Pipes("anonymous", "lat", bench.Sizes), anonymous, output => EndsOutput.Nanoseconds(output, anonymous.Id)),
            ],
        };
    }

    public static Workload Bandwidth(Bench bench)
    {
        Series ours = new("urma.loopback", PeerIds.Urma, "Urma.Net messages") { IsBaseline = true };
        Series copy = new("c.memcpy", PeerIds.RawC, "raw C: memcpy between shared mappings");
        Series tag = new("ucx.tag", PeerIds.Ucx, "UCX tag_bw") { Why = Reasons.CellWithoutReceive }, active = new("ucx.am", PeerIds.Ucx, "UCX ucp_am_bw") { Why = Reasons.CellWithoutReceive };
        Series mpi = new("openmpi.send", PeerIds.OpenMpi, "Open MPI, windows of 64 MPI_Isend") { Why = Reasons.CellWithoutReceive };
        Series unix = new("sockets.unix", PeerIds.Sockets, "Unix socket, polled"), tcp = new("sockets.tcp", PeerIds.Sockets, "TCP loopback, polled");
        Series named = new("dotnet.named", PeerIds.DotNet, "NamedPipeStream"), anonymous = new("dotnet.anonymous", PeerIds.DotNet, "AnonymousPipeStream");
        return new Workload("send_bw", Groups.Bandwidth)
        {
            Title = "Messages: bandwidth",
            About = "One process sends messages as fast as the other takes them. What arrives is in the receiver's own buffer.",
            Convention = "payload bytes per second, one way; GB are 10^9 bytes",
            Unit = "GB/s",
            LowerIsBetter = false,
            Yardstick = copy,
            InBrief = bench.Rows(8, 1 << 20),
            Rounds = bench.Rounds,
            Weight = 1.5,
            Turns =
            [
                new Turn(bench.Ours("send_bw", bench.Sizes), ours, output => PerftestOutput.Read(output, ours.Id, PerftestOutput.GigabytesPerSecond)),
                new Turn(bench.Yardstick("memcpy", bench.Sizes, 50), copy, output => YardstickOutput.GigabytesPerSecond(output, copy.Id)),
                new Turn(bench.Ucx("tag_bw", bench.Sizes, 500), tag, output => UcxOutput.Read(output, tag.Id, UcxOutput.GigabytesPerSecond)),
                new Turn(bench.Ucx("ucp_am_bw", bench.Sizes, 500), active, output => UcxOutput.Read(output, active.Id, UcxOutput.GigabytesPerSecond)),
                new Turn(bench.OpenMpi("send_bw", bench.Sizes, 300), mpi, output => EndsOutput.GigabytesPerSecond(output, mpi.Id)),
                new Turn(bench.Sockets("unix", "bw", "poll", bench.Sizes), unix, output => EndsOutput.GigabytesPerSecond(output, unix.Id)),
                new Turn(bench.Sockets("tcp", "bw", "poll", bench.Sizes), tcp, output => EndsOutput.GigabytesPerSecond(output, tcp.Id)),
                new Turn(bench.Pipes("named", "bw", bench.Sizes), named, output => EndsOutput.GigabytesPerSecond(output, named.Id)),
                new Turn(bench.Pipes("anonymous", "bw", bench.Sizes), anonymous, output => EndsOutput.GigabytesPerSecond(output, anonymous.Id)),
            ],
        };
    }
}
