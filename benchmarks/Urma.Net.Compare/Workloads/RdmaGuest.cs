using Urma.Net.Compare.Model;
using Urma.Net.Compare.Parsing;
using Urma.Net.Compare.Peers;

namespace Urma.Net.Compare.Workloads;

/// <summary>The verbs provider beside perftest, over soft-RoCE in an emulated guest. It takes minutes, so the quick run has none of it.</summary>
internal static class RdmaGuest
{
    public static Workload Create()
    {
        Series ours = new("urma.verbs", PeerIds.Urma, "Urma.Net, verbs provider") { IsBaseline = true }, perftest = new("perftest.lat", PeerIds.Perftest, "ib_send_lat, ib_write_lat");
        return new Workload("soft_roce", Groups.Latency)
        {
            Title = "Over soft-RoCE, in a guest",
            About = "64 bytes to and fro over the kernel's software RDMA device, in a QEMU guest whose two processors are emulated. Ours and perftest's run one after the other in one start of the guest.",
            Convention = "half a round trip, median of single ones",
            Unit = "us",
            LowerIsBetter = true,
            X = Axis.Of("operation", "send", "write"),
            Rounds = 3,
            Weight = 5,
            Turns =
            [
                new Turn("tests/Rdma/guest --limit 240 -- tests/Rdma/beside-perftest", [perftest, ours], output => Sections.Of(output).SelectMany(section => new Reading[]
                {
                    new(perftest.Id, section.Size, NamedFigure.Nanoseconds(section.Text, "perftest") / 1000),
                    new(ours.Id, section.Size, NamedFigure.Nanoseconds(section.Text, "urma") / 1000),
                })),
            ],
        };
    }
}
