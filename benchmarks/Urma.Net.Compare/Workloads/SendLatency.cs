using Urma.Net.Compare.Model;
using Urma.Net.Compare.Parsing;
using Urma.Net.Compare.Peers;

namespace Urma.Net.Compare.Workloads;

/// <summary>Messages, one at a time.</summary>
internal static class SendLatency
{
    public static Workload Create(Bench bench)
    {
        Series ours = new("urma.loopback", PeerIds.Urma, "Urma.Net messages") { IsBaseline = true };
        Series ring = new("c.ring", PeerIds.RawC, "raw C: a ring of slots in shared memory");
        Series tag = new("ucx.tag", PeerIds.Ucx, "UCX tag_lat"), active = new("ucx.am", PeerIds.Ucx, "UCX ucp_am_lat");
        return new Workload("send_lat", "latency")
        {
            Title = "Messages: latency",
            About = "Two processes send a message to and fro, each into a buffer that the receiver has posted. Both look for it all the time.",
            Convention = "half a round trip, mean of a loop of many",
            Unit = "ns",
            LowerIsBetter = true,
            Yardstick = ring,
            Rounds = bench.Rounds,
            Turns =
            [
                new Turn(bench.Ours("send_lat", bench.Sizes), ours, output => PerftestOutput.Read(output, ours.Id, PerftestOutput.Nanoseconds)),
                new Turn(bench.Yardstick("ring", bench.Sizes, 300), ring, output => YardstickOutput.OneWay(output, ring.Id)),
                new Turn(bench.Ucx("tag_lat", bench.Sizes, 1000), tag, output => UcxOutput.Read(output, tag.Id, UcxOutput.Nanoseconds)),
                new Turn(bench.Ucx("ucp_am_lat", bench.Sizes, 1000), active, output => UcxOutput.Read(output, active.Id, UcxOutput.Nanoseconds)),
            ],
        };
    }
}
