using System.Globalization;
using System.Text.Json.Nodes;
using Urma.Net.Tool.Doctor;
using Urma.Net.Tool.Perftest;

namespace Urma.Net.Tool.Coll;

/// <summary>The JSON of nccl-tests' <c>-J</c>, without the environment, which may hold secrets.</summary>
internal sealed class CollJson(CollRequest request, TextWriter output) : ICollReport
{
    private const int Version = 2;
    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss";

    private readonly JsonArray _results = [];
    private readonly JsonObject _document = [];
    private readonly List<double> _bandwidths = [];

    public void Begin(IReadOnlyList<CollPlace> places)
    {
        var devices = new JsonArray();
        for (int rank = 0; rank < places.Count; rank++)
        {
            CollPlace place = places[rank];
            devices.Add((JsonNode)new JsonObject
            {
                ["rank"] = rank,
                ["group"] = 0,
                ["pid"] = place.ProcessId,
                ["hostname"] = place.Host,
                ["device"] = place.Processor,
                ["device_hex"] = request.Device,
                ["device_info"] = SystemFacts.ProcessorModel,
            });
        }

        _document["version"] = Version;
        _document["start_time"] = Now();
        _document["args"] = new JsonArray([.. Environment.GetCommandLineArgs().Skip(1).Select(static argument => JsonValue.Create(argument))]);
        _document["env"] = new JsonArray();
        _document["config"] = new JsonObject
        {
            ["nthreads"] = request.Threads ? request.Ranks : 1,
            ["ngpus"] = 1,
            ["ranks"] = request.Ranks,
            ["minimum_bytes"] = request.MinBytes,
            ["maximum_bytes"] = request.MaxBytes,
            [request.StepFactor > 1 ? "step_factor" : "step_bytes"] = request.StepFactor > 1 ? request.StepFactor : request.StepBytes,
            ["warmup_iters"] = request.WarmUp,
            ["iterations"] = request.Iterations,
            ["aggregated_iterations"] = 1,
            ["validation"] = request.Check ? 1 : 0,
            ["graph"] = 0,
            ["blocking_collectives"] = request.Barriers ? "true" : "false",
            ["registered"] = request.Registered,
            ["rotate"] = request.Rotate,
            ["devices"] = devices,
        };
        _document["machine"] = PerftestJson.Machine();
        _document["results"] = _results;
    }

    public void BeginTable(string? peer)
    {
        if (peer is not null)
        {
            _document["peer"] = peer;
        }
    }

    public void Add(CollRow row)
    {
        JsonObject line = Beginning(row.Shape, row.TypeName, row.Reduction, row.ShownRoot);
        line["out_of_place"] = Times(row.Shape, row.OutOfPlace);
        line["in_place"] = row.InPlace is { } inPlace ? Times(row.Shape, inPlace) : null;
        line["actual_iterations"] = row.OutOfPlace.Iterations;
        line["experiment_name"] = CollNames.Of(request.Operation);
        _results.Add((JsonNode)line);
    }

    public void Add(CollComparisonRow row)
    {
        JsonObject line = Beginning(row.Shape, CollNames.Of(row.Shape.Type), row.Reduction, CollShape.HasRoot(row.Shape.Operation) ? row.Shape.Root : -1);
        line["out_of_place"] = Times(row.Shape, row.Ours with { Wrong = row.Wrong });
        line["best_time"] = Number(row.BestNanoseconds / 1000);
        line["peer_time"] = Number(row.PeerNanoseconds / 1000);
        line["peer_best_time"] = Number(row.PeerBestNanoseconds / 1000);
        line["peer_nwrong"] = row.PeerWrong;
        line["ratio"] = Number(row.Ratio?.Median);
        line["ratio_p10"] = Number(row.Ratio?.P10);
        line["ratio_p90"] = Number(row.Ratio?.P90);
        line["cache_line_ns"] = Number(row.LineNanoseconds);
        line["over_cache_line"] = Number(row.OverLine);
        line["copy_time"] = Number(row.CopyNanoseconds / 1000);
        line["of_copy"] = Number(row.OfCopy);
        _results.Add((JsonNode)line);
    }

    public void End(long wrong)
    {
        _document["out_of_bounds"] = new JsonObject { ["count"] = wrong, ["okay"] = wrong == 0 ? "true" : "false" };
        _document["average_bus_bandwidth"] = new JsonObject { ["bandwidth"] = Number(_bandwidths.Count == 0 ? 0 : _bandwidths.Average()), ["okay"] = "unchecked" };
        _document["errors"] = new JsonArray();
        _document["end_time"] = Now();
        output.WriteLine(PerftestJson.Text(_document));
        output.Flush();
    }

    private static JsonObject Beginning(in CollShape shape, string type, CollReduction reduction, int root) => new()
    {
        ["size"] = shape.ShownBytes,
        ["count"] = shape.Count,
        ["type"] = type,
        ["redop"] = CollNames.Of(reduction),
        ["root"] = root.ToString(CultureInfo.InvariantCulture),
    };

    private JsonObject Times(in CollShape shape, CollTimes times)
    {
        _bandwidths.Add(times.BusBandwidth(shape));
        return new JsonObject
        {
            ["time"] = Number(times.Nanoseconds / 1000),
            ["alg_bw"] = Number(times.AlgorithmBandwidth(shape)),
            ["bus_bw"] = Number(times.BusBandwidth(shape)),
            ["nwrong"] = times.Wrong,
            ["alloc_bytes_per_op"] = Number(times.AllocatedBytes),
        };
    }

    private static JsonNode? Number(double? value) => value is { } known ? PerftestJson.Number(known) : null;

    private static string Now() => DateTime.Now.ToString(TimeFormat, CultureInfo.InvariantCulture);
}
