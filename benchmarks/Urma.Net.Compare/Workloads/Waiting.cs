using Urma.Net.Compare.Model;
using Urma.Net.Compare.Parsing;
using Urma.Net.Compare.Peers;

namespace Urma.Net.Compare.Workloads;

/// <summary>Messages for which the receiver sleeps, and what waiting costs.</summary>
internal static class Waiting
{
    private const long Bytes = 8;
    private const int Polling = 0, Sleeping = 1;
    private static readonly long[] Sizes = [Bytes];

    public static Workload Latency(Bench bench)
    {
        Series ours = new("urma.events", PeerIds.Urma, "Urma.Net, event channel") { IsBaseline = true }, wait = new("urma.wait", PeerIds.Urma, "Urma.Net, spin, then sleep");
        Series ucx = new("ucx.sleep", PeerIds.Ucx, "UCX tag_lat -E sleep") { Why = Reasons.Sleeps };
        Series unix = new("sockets.unix", PeerIds.Sockets, "Unix socket, blocking"), tcp = new("sockets.tcp", PeerIds.Sockets, "TCP loopback, blocking");
        Series named = new("dotnet.named", PeerIds.DotNet, "NamedPipeStream"), anonymous = new("dotnet.anonymous", PeerIds.DotNet, "AnonymousPipeStream");
        return new Workload("event_lat", Groups.Latency)
        {
            Title = "Messages: latency when the receiver sleeps",
            About = "Two processes send a message of 8 bytes to and fro, and sleep in the kernel until it comes. Only \"spin, then sleep\" looks for it for a while before.",
            Convention = "half a round trip, mean of a loop of many",
            Unit = "ns",
            LowerIsBetter = true,
            InBrief = [[Bytes]],
            Rounds = bench.Rounds,
            Weight = 0.7,
            Turns =
            [
                new Turn(bench.Ours("send_lat", Sizes, "-e"), ours, output => PerftestOutput.Read(output, ours.Id, PerftestOutput.Nanoseconds)),
                new Turn(bench.Ours("send_lat", Sizes, "--wait"), wait, output => PerftestOutput.Read(output, wait.Id, PerftestOutput.Nanoseconds)),
                new Turn(bench.Ucx("tag_lat", Sizes, 8000, "-E sleep -I"), ucx, output => UcxOutput.Read(output, ucx.Id, UcxOutput.Nanoseconds)),
                new Turn(bench.Sockets("unix", "lat", "block", Sizes), unix, output => EndsOutput.Nanoseconds(output, unix.Id)),
                new Turn(bench.Sockets("tcp", "lat", "block", Sizes), tcp, output => EndsOutput.Nanoseconds(output, tcp.Id)),
                new Turn(bench.Pipes("named", "lat", Sizes), named, output => EndsOutput.Nanoseconds(output, named.Id)),
                new Turn(bench.Pipes("anonymous", "lat", Sizes), anonymous, output => EndsOutput.Nanoseconds(output, anonymous.Id)),
            ],
        };
    }

    public static Workload Cpu(Bench bench)
    {
        Series ours = new("urma.loopback", PeerIds.Urma, "Urma.Net, polled") { IsBaseline = true };
        Series events = new("urma.events", PeerIds.Urma, "Urma.Net, event channel"), wait = new("urma.wait", PeerIds.Urma, "Urma.Net, spin, then sleep");
        Series mpi = new("openmpi.send", PeerIds.OpenMpi, "Open MPI MPI_Send");
        Series unix = new("sockets.unix", PeerIds.Sockets, "Unix socket, blocking"), polled = new("sockets.unix-polled", PeerIds.Sockets, "Unix socket, polled");
        Series named = new("dotnet.named", PeerIds.DotNet, "NamedPipeStream");
        return new Workload("cpu_per_op", Groups.Resources)
        {
            Title = "Processor time of messages",
            About = "Messages of 8 bytes to and fro, and the processor time that both processes used meanwhile. Who polls uses two processors all the time, so less time is also fewer seconds.",
            Convention = "processor seconds of both processes per million messages",
            Unit = "s/M",
            LowerIsBetter = true,
            X = Axis.Of("how the receiver waits", "polling", "sleeping"),
            InBrief = [[Polling]],
            Rounds = bench.Rounds,
            Weight = 0.7,
            Turns =
            [
                new Turn(bench.Ours("send_lat", Sizes), ours, output => At(Polling, PerftestOutput.Read(output, ours.Id, PerftestOutput.CpuSecondsPerMillion))),
                new Turn(bench.Ours("send_lat", Sizes, "-e"), events, output => At(Sleeping, PerftestOutput.Read(output, events.Id, PerftestOutput.CpuSecondsPerMillion))),
                new Turn(bench.Ours("send_lat", Sizes, "--wait"), wait, output => At(Sleeping, PerftestOutput.Read(output, wait.Id, PerftestOutput.CpuSecondsPerMillion))),
                new Turn(bench.OpenMpi("send_lat", Sizes, 100), mpi, output => At(Polling, EndsOutput.CpuSeconds(output, mpi.Id))),
                new Turn(bench.Sockets("unix", "lat", "poll", Sizes), polled, output => At(Polling, EndsOutput.CpuSeconds(output, polled.Id))),
                new Turn(bench.Sockets("unix", "lat", "block", Sizes), unix, output => At(Sleeping, EndsOutput.CpuSeconds(output, unix.Id))),
                new Turn(bench.Pipes("named", "lat", Sizes), named, output => At(Sleeping, EndsOutput.CpuSeconds(output, named.Id))),
            ],
        };
    }

    private static IEnumerable<Reading> At(double place, IEnumerable<Reading> readings) => readings.Select(reading => reading with { X = place });
}
