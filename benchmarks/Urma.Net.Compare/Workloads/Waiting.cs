using Urma.Net.Compare.Model;
using Urma.Net.Compare.Parsing;
using Urma.Net.Compare.Peers;

namespace Urma.Net.Compare.Workloads;

/// <summary>Messages for which the receiver sleeps, and what waiting costs.</summary>
internal static class Waiting
{
    private const long Bytes = 8;
    private static readonly long[] Sizes = [Bytes];

    public static Workload Latency(Bench bench)
    {
        Series ours = new("urma.events", PeerIds.Urma, "Urma.Net, event channel") { IsBaseline = true }, wait = new("urma.wait", PeerIds.Urma, "Urma.Net, spin, then sleep");
        Series ucx = new("ucx.sleep", PeerIds.Ucx, "UCX tag_lat -E sleep") { Why = Reasons.LooksThenSleeps };
        Series unix = new("sockets.unix", PeerIds.Sockets, "Unix socket, blocking") { Why = Reasons.OneCallSleeps }, tcp = new("sockets.tcp", PeerIds.Sockets, "TCP loopback, blocking") { Why = Reasons.OneCallSleeps };
        Series named = new("dotnet.named", PeerIds.DotNet, "NamedPipeStream") { Why = Reasons.OneCallSleeps }, anonymous = new("dotnet.anonymous", PeerIds.DotNet, "AnonymousPipeStream") { Why = Reasons.OneCallSleeps };
        return new Workload("event_lat", Groups.Latency)
        {
            Title = "Messages: latency when the receiver may sleep",
            About = "Two processes send a message of 8 bytes to and fro, and sleep in the kernel where it does not come soon. Ours and UCX look for it for some microseconds before, sockets and pipes do not.",
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

    public static Workload CpuPolling(Bench bench)
    {
        Series ours = new("urma.loopback", PeerIds.Urma, "Urma.Net, polled") { IsBaseline = true };
        Series mpi = new("openmpi.send", PeerIds.OpenMpi, "Open MPI MPI_Send"), unix = new("sockets.unix-polled", PeerIds.Sockets, "Unix socket, polled");
        return Cpu(bench, "cpu_polling", "Processor time of messages, polling", "Who polls uses two processors all the time, so less time is also fewer seconds.",
        [
            new Turn(bench.Ours("send_lat", Sizes), ours, output => PerftestOutput.Read(output, ours.Id, PerftestOutput.CpuSecondsPerMillion)),
            new Turn(bench.OpenMpi("send_lat", Sizes, 100), mpi, output => EndsOutput.CpuSeconds(output, mpi.Id)),
            new Turn(bench.Sockets("unix", "lat", "poll", Sizes), unix, output => EndsOutput.CpuSeconds(output, unix.Id)),
        ]);
    }

    public static Workload CpuSleeping(Bench bench)
    {
        Series ours = new("urma.events", PeerIds.Urma, "Urma.Net, event channel") { IsBaseline = true }, wait = new("urma.wait", PeerIds.Urma, "Urma.Net, spin, then sleep");
        Series unix = new("sockets.unix", PeerIds.Sockets, "Unix socket, blocking") { Why = Reasons.OneCallSleeps }, named = new("dotnet.named", PeerIds.DotNet, "NamedPipeStream") { Why = Reasons.OneCallSleeps };
        return Cpu(bench, "cpu_sleeping", "Processor time of messages, the receiver may sleep", "Ours looks for a message for some microseconds before it sleeps; sockets and pipes do not.",
        [
            new Turn(bench.Ours("send_lat", Sizes, "-e"), ours, output => PerftestOutput.Read(output, ours.Id, PerftestOutput.CpuSecondsPerMillion)),
            new Turn(bench.Ours("send_lat", Sizes, "--wait"), wait, output => PerftestOutput.Read(output, wait.Id, PerftestOutput.CpuSecondsPerMillion)),
            new Turn(bench.Sockets("unix", "lat", "block", Sizes), unix, output => EndsOutput.CpuSeconds(output, unix.Id)),
            new Turn(bench.Pipes("named", "lat", Sizes), named, output => EndsOutput.CpuSeconds(output, named.Id)),
        ]);
    }

    private static Workload Cpu(Bench bench, string id, string title, string about, Turn[] turns) => new(id, Groups.Resources)
    {
        Title = title,
        About = $"Messages of 8 bytes to and fro, and the processor time that both processes used meanwhile. {about}",
        Convention = "processor seconds of both processes per million messages",
        Unit = "s/M",
        LowerIsBetter = true,
        InBrief = [[Bytes]],
        Rounds = bench.Rounds,
        Weight = 0.4,
        Turns = turns,
    };
}
