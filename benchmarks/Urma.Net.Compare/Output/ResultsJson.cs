using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Urma.Net.Compare.Model;
using Urma.Net.Compare.Peers;
using Urma.Net.Compare.Running;
using Urma.Net.Tool.Perftest;

namespace Urma.Net.Compare.Output;

/// <summary>The file that the page is made from. What was not measured is absent from it.</summary>
internal static class ResultsJson
{
    private const int Schema = 1;
    private const int Digits = 5;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string Text(JsonObject document) => document.ToJsonString(Indented);

    /// <summary>The whole document.</summary>
    public static JsonObject Create(Suite suite, JsonObject machine, IEnumerable<Peer> peers, IReadOnlyList<WorkloadResult> results, IEnumerable<Failure> failures, DateTime taken, TimeSpan duration) => new()
    {
        ["schema"] = Schema,
        ["taken"] = taken.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        ["mode"] = suite.Mode,
        ["version"] = Machine.Version,
        ["commit"] = Machine.Commit,
        ["durationSeconds"] = Math.Round(duration.TotalSeconds),
        ["budgetSeconds"] = Math.Round(suite.Budget.TotalSeconds),
        ["machine"] = machine,
        ["peers"] = Array(peers.Select(Peer)),
        ["workloads"] = Array(results.Select(Workload)),
        ["failures"] = Array(failures.Select(static failure => new JsonObject
        {
            ["workload"] = failure.Workload,
            ["series"] = failure.Series,
            ["command"] = failure.Command,
            ["message"] = failure.Message,
        })),
    };

    private static JsonObject Peer(Peer peer)
    {
        var json = new JsonObject { ["id"] = peer.Id, ["name"] = peer.Name, ["state"] = JsonNamingPolicy.CamelCase.ConvertName(peer.State.ToString()) };
        Set(json, "version", peer.Version);
        Set(json, "why", peer.Why);
        Set(json, "install", peer.Install);
        return json;
    }

    private static JsonObject Workload(WorkloadResult result)
    {
        Workload workload = result.Workload;
        var json = new JsonObject
        {
            ["id"] = workload.Id,
            ["group"] = workload.Group,
            ["title"] = workload.Title,
            ["about"] = workload.About,
            ["convention"] = workload.Convention,
            ["unit"] = workload.Unit,
            ["better"] = workload.LowerIsBetter ? "lower" : "higher",
            ["x"] = new JsonObject { ["name"] = workload.X.Name, ["scale"] = workload.X.Scale },
            ["injectsFabric"] = workload.InjectsFabric,
            ["budgetSeconds"] = Math.Round(result.Budget.TotalSeconds, 1),
            ["takenSeconds"] = Math.Round(result.Taken.TotalSeconds, 1),
        };
        if (workload.Yardstick is { } yardstick)
        {
            json["yardstick"] = new JsonObject { ["id"] = yardstick.Id, ["name"] = yardstick.Name };
        }

        if (workload.InBrief.Count > 0)
        {
            json["inBrief"] = new JsonArray([.. workload.InBrief.Select(static row => new JsonArray([.. row.Select(static x => (JsonNode)x)]))]);
        }

        json["series"] = Array(workload.Turns
            .SelectMany(static turn => turn.Series.Select(series => (turn, series)))
            .Where(pair => result.Readings.Places(pair.series.Id).Count > 0)
            .Select(pair => Series(result, pair.turn, pair.series)));
        return json;
    }

    private static JsonObject Series(WorkloadResult result, Turn turn, Series series)
    {
        var json = new JsonObject
        {
            ["id"] = series.Id,
            ["peer"] = series.Peer,
            ["name"] = series.Name,
            ["isOurs"] = series.IsOurs,
            ["isBaseline"] = series.IsBaseline,
            ["command"] = turn.Command,
            ["points"] = Array(result.Readings.Places(series.Id).Select(x => Point(result, series, x))),
        };
        Set(json, "why", series.Why);
        return json;
    }

    private static JsonObject Point(WorkloadResult result, Series series, double x)
    {
        (Workload workload, Readings readings) = (result.Workload, result.Readings);
        JsonObject json = new() { ["x"] = x, ["label"] = Labels.Of(workload.X, x) };
        Set(json, readings.Values(series.Id, x));
        json["rounds"] = readings.Rounds(series.Id, x);
        if (workload.Yardstick is { } yardstick && yardstick.Id != series.Id && readings.Ratio(series.Id, yardstick.Id, x) is { } over)
        {
            json["overYardstick"] = Set(new JsonObject(), over);
        }

        Series? baseline = workload.Turns.SelectMany(static turn => turn.Series).FirstOrDefault(static candidate => candidate.IsBaseline);
        if (baseline is not null && !series.IsOurs)
        {
            (string above, string below) = workload.LowerIsBetter ? (series.Id, baseline.Id) : (baseline.Id, series.Id);
            if (readings.Ratio(above, below, x) is { } advantage)
            {
                json["advantage"] = Set(new JsonObject(), advantage);
            }
        }

        return json;
    }

    private static JsonObject Set(JsonObject json, Spread spread)
    {
        json["median"] = Significant(spread.Median);
        json["p10"] = Significant(spread.P10);
        json["p90"] = Significant(spread.P90);
        return json;
    }

    private static void Set(JsonObject json, string name, string? value)
    {
        if (value is not null)
        {
            json[name] = value;
        }
    }

    // As many digits as can mean anything: sizes of numbers differ too much for a number of decimals.
    private static double Significant(double value) =>
        value == 0 ? 0 : double.Parse(value.ToString($"G{Digits}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static JsonArray Array(IEnumerable<JsonObject> objects) => [.. objects];
}
