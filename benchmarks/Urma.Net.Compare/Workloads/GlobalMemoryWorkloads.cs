using System.Text.Json.Nodes;
using Urma.Net.Compare.Model;
using Urma.Net.Compare.Parsing;
using Urma.Net.Compare.Peers;

namespace Urma.Net.Compare.Workloads;

/// <summary>Copies by global address, and ownership.</summary>
internal static class GlobalMemoryWorkloads
{
    public static Workload XcopyBatch(Bench bench)
    {
        int[] lists = bench.Suite.IsQuick ? [4, 64, 1024] : [2, 4, 16, 64, 256, 1024];
        Series batch = new("urma.batch", PeerIds.Urma, "Xcopy of a batch") { IsBaseline = true }, single = new("urma.single", PeerIds.Urma, "Xcopy, a call each");
        Series pointer = new("urma.pointer", PeerIds.Urma, "copies through mapped pointers");
        return new Workload("xcopy_batch", Groups.Memory)
        {
            Title = "Copies by global address, in batches",
            About = "Copies of 64 bytes from one process's memory to places of another's in random order. A batch is one call, a status for each copy included; the pointers are what is left when addresses were translated before.",
            Convention = "time of one copy",
            Unit = "ns",
            LowerIsBetter = true,
            X = new Axis("copies in a batch", "log2"),
            Yardstick = pointer,
            InBrief = [[1024]],
            Rounds = bench.Rounds,
            Weight = 0.7,
            Turns =
            [
                new Turn(
                    Loop(lists, bench.Ours("xcopy_lat", [64], "-l $s")),
                    [batch, single, pointer],
                    output => Sections.Of(output).SelectMany(section =>
                    {
                        JsonObject result = PerftestOutput.Json(section.Text);
                        return new Reading[]
                        {
                            new(batch.Id, section.Size, PerftestOutput.Nanoseconds(result)),
                            new(single.Id, section.Size, PerftestOutput.Reference(result, "Single calls")),
                            new(pointer.Id, section.Size, PerftestOutput.Reference(result, "Copies by pointer")),
                        };
                    })),
            ],
        };
    }

    public static Workload Ownership(Bench bench)
    {
        int[] regions = bench.Suite.IsQuick ? [1, 64, 1024] : [1, 4, 16, 64, 256, 1024, 4096];
        Series batch = new("urma.batch", PeerIds.Urma, "one call for all") { IsBaseline = true }, single = new("urma.single", PeerIds.Urma, "a call for each");
        return new Workload("ownership", Groups.Ownership)
        {
            Title = "Ownership of memory changes hands",
            About = "A process takes regions, every second granule, from another that has them for writing, which takes them back. There is no peer that has the like: obmm_set_ownership takes one range a call and needs its device.",
            Convention = "time of the calls of one end, per region",
            Unit = "ns",
            LowerIsBetter = true,
            X = new Axis("regions", "log2"),
            Rounds = bench.Rounds,
            Weight = 0.8,
            Turns = [Owning(bench, regions, batch, "batch"), Owning(bench, regions, single, "single")],
        };
    }

    private static Turn Owning(Bench bench, IEnumerable<int> regions, Series series, string mode) => new(
        Loop(regions, $"{bench.Tool} perftest ownership --regions $s --mode {mode} --rounds 1 --cpu {bench.Cpus} --json -"),
        series,
        output => Sections.Of(output).Select(section => new Reading(series.Id, section.Size, PerftestOutput.Nanoseconds(PerftestOutput.Json(section.Text)))));

    private static string Loop(IEnumerable<int> numbers, string body) => $"for s in {string.Join(' ', numbers)}; do echo \"size $s\"; {body}; done";
}
