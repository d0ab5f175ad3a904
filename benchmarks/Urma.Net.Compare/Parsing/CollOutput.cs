using System.Text.Json.Nodes;
using Urma.Net.Compare.Model;

namespace Urma.Net.Compare.Parsing;

/// <summary>Reads what <c>urma coll --compare mpi -J -</c> prints: microseconds of ours, of Open MPI's, and of a cache line.</summary>
internal static class CollOutput
{
    /// <summary>All sizes of one operation.</summary>
    /// <param name="output">One document.</param>
    /// <param name="ours">Our series.</param>
    /// <param name="peer">Open MPI's.</param>
    /// <param name="place">Where on the axis a result stands.</param>
    public static IEnumerable<Reading> Microseconds(string output, string ours, string peer, Func<JsonObject, double> place)
    {
        foreach (JsonNode? node in PerftestOutput.Json(output)["results"]!.AsArray())
        {
            var result = (JsonObject)node!;
            yield return new Reading(ours, place(result), (double)result["out_of_place"]!["time"]!);
            if (result["peer_time"] is { } time)
            {
                yield return new Reading(peer, place(result), (double)time);
            }
        }
    }

    public static double Size(JsonObject result) => (double)result["size"]!;
}
