using System.Text.Json.Nodes;
using Urma.Net.Compare.Model;

namespace Urma.Net.Compare.Parsing;

/// <summary>Reads what <c>urma perftest --json -</c> prints: one object, or one with <c>results</c>.</summary>
internal static class PerftestOutput
{
    /// <summary>One number of each size.</summary>
    /// <param name="output">What it printed; lines before the JSON are left out.</param>
    /// <param name="series">The series the numbers belong to.</param>
    /// <param name="value">Finds the number in a size's object.</param>
    public static IEnumerable<Reading> Read(string output, string series, Func<JsonObject, double> value) =>
        Results(output).Select(result => new Reading(series, (double)result["size"]!, value(result)));

    /// <summary>The objects of all sizes.</summary>
    public static IEnumerable<JsonObject> Results(string output)
    {
        JsonObject json = Json(output);
        return json["results"] is JsonArray results ? results.Select(static result => (JsonObject)result!) : [json];
    }

    /// <summary>The object that begins at the start of a line.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static JsonObject Json(string output)
    {
        int begin = output.StartsWith('{') ? 0 : output.IndexOf("\n{", StringComparison.Ordinal);
        int end = output.LastIndexOf('}');
        return begin >= 0 && end > begin ? (JsonObject)JsonNode.Parse(output[begin..(end + 1)])! : throw new FormatException("there is no JSON");
    }

    /// <summary>Nanoseconds of an operation: half the round trip where the ends take turns.</summary>
    public static double Nanoseconds(JsonObject result) => (double)result["lat_ns"]!["p50"]!;

    public static double GigabytesPerSecond(JsonObject result) => (double)result["bw_GBps"]!;

    public static double MillionsPerSecond(JsonObject result) => (double)result["msg_rate_M"]!;

    /// <summary>What was measured beside the test: nanoseconds of one operation another way.</summary>
    public static double Reference(JsonObject result, string name) =>
        (double)result["references"]!.AsArray().First(reference => (string?)reference!["name"] == name)!["lat_ns"]!;

    /// <summary>Processor seconds of both ends for a million operations.</summary>
    public static double CpuSecondsPerMillion(JsonObject result) => (double)result["cpu_s_per_M"]!;
}
