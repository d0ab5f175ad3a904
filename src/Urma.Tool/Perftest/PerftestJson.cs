using System.Text.Json;
using System.Text.Json.Nodes;
using Urma.Net.Measurement;

namespace Urma.Net.Tool.Perftest;

/// <summary>The machine-readable form of a result.</summary>
internal static class PerftestJson
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string Text(JsonNode node) => node.ToJsonString(Indented);

    public static JsonObject Object(PerfResult result, string provider, int[] cpus)
    {
        TestSetup setup = result.Setup;
        bool isBandwidth = TestNames.IsBandwidth(setup.Kind);
        return new JsonObject
        {
            ["test"] = TestNames.Of(setup.Kind),
            ["provider"] = provider,
            ["fabric_model"] = setup.Fabric is { } fabric
                ? new JsonObject
                {
                    ["name"] = fabric.Name,
                    ["latency_ns"] = Number(fabric.Nanoseconds),
                    ["bandwidth_GBps"] = Number(fabric.BytesPerSecond / 1e9),
                }
                : null,
            ["size"] = setup.Size,
            ["iterations"] = result.Iterations,
            ["lat_ns"] = isBandwidth
                ? null
                : new JsonObject
                {
                    ["min"] = Number(result.Samples.Length == 0 ? double.NaN : result.Samples[0]),
                    ["p50"] = Number(result.Time.Median),
                    ["sampled_p50"] = Number(result.Percentile(0.5)),
                    ["avg"] = Number(result.Average),
                    ["p99"] = Number(result.Percentile(0.99)),
                    ["p999"] = Number(result.Percentile(0.999)),
                },
            ["bw_GBps"] = Number(result.Bandwidth),
            ["msg_rate_M"] = Number(result.MessageRate),
            ["cpu_s_per_M"] = Number(result.CpuSecondsPerMillion),
            ["alloc_bytes_per_op"] = Number(result.AllocatedPerOperation),
            ["baseline"] = new JsonObject
            {
                ["c2c_ns"] = Number(result.CacheLine.Median),
                ["memcpy_GBps"] = Number(result.Copy.Median),
                ["atomic_ns"] = TestNames.IsAtomic(setup.Kind) ? Number(result.Atomic) : null,
                ["source"] = Yardsticks.Current.Source,
            },
            ["references"] = new JsonArray([.. result.References.Select(static reference => new JsonObject
            {
                ["name"] = reference.Name,
                ["lat_ns"] = Number(reference.Time.Median),
                ["difference_ns"] = Number(reference.Difference.Median),
                ["speed_ratio"] = Number(reference.Speed.Median),
            })]),
            ["remark"] = result.Remark,
            ["ratio"] = Number(result.Ratio.Median),
            ["ratio_p10"] = Number(result.Ratio.P10),
            ["ratio_p90"] = Number(result.Ratio.P90),
            ["ratio_of"] = result.RatioMeaning,
            ["rounds"] = result.Rounds,
            ["disturbed_rounds"] = result.Disturbed,
            ["latency_convention"] = TestNames.IsPingPong(setup.Kind) ? "half the round trip" : "one operation",
            ["post_list"] = setup.PostList,
            ["cq_mod"] = setup.CompletionModeration,
            ["cpus"] = new JsonArray([.. cpus.Select(cpu => JsonValue.Create(cpu))]),
            ["machine"] = Machine(),
        };
    }

    /// <summary>What the numbers were taken on.</summary>
    public static JsonObject Machine() => new()
    {
        ["processors"] = Environment.ProcessorCount,
        ["model"] = Doctor.SystemFacts.ProcessorModel,
        ["kernel"] = Environment.OSVersion.Version.ToString(),
        ["runtime"] = System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription,
    };

    /// <summary>A number with as many digits as mean something; JSON has no NaN.</summary>
    public static JsonNode? Number(double value) => double.IsFinite(value) ? JsonValue.Create(Math.Round(value, 4)) : null;
}
