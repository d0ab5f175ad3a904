using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Urma.Net.Tool.Certify;
using Urma.Net.Tool.Peers;

namespace Urma.Net.Tool.Compare;

/// <summary>One test of <c>urma perftest</c> as a process of its own, because a device's library is chosen once in a process.</summary>
internal static class PerftestProcess
{
    /// <summary>Runs one.</summary>
    /// <param name="device">A connection string. The software UB device and the RoUB shim are found where they were built.</param>
    /// <param name="arguments">The test and its options, <c>--provider</c> and <c>--json</c> left out.</param>
    /// <param name="limit">How long it may take.</param>
    /// <returns>Its JSON.</returns>
    /// <exception cref="ToolException">It failed; the message is what it said.</exception>
    public static JsonObject Run(string device, IReadOnlyList<string> arguments, TimeSpan limit)
    {
        string log = Path.GetTempFileName();
        try
        {
            string[] words = [.. SelfProcess.Command(), "perftest", .. arguments, "--provider", device, "--json", "-"];
            string command = "exec " + string.Join(' ', words.Select(static word => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'"));
            using ProgramProcess process = ProgramProcess.Start(command, Libraries(device), log, []);
            string? complaint = process.Wait(Stopwatch.GetTimestamp() + (long)(limit.TotalSeconds * Stopwatch.Frequency), CancellationToken.None);
            string output = process.Output();
            int json = output.IndexOf("\n{", StringComparison.Ordinal) is > 0 and var later ? later : output.IndexOf('{', StringComparison.Ordinal);
            if (complaint is null && process.ExitCode == 0 && json >= 0)
            {
                return (JsonObject)JsonNode.Parse(output[json..])!;
            }

            throw new ToolException(complaint ?? (output.Trim() is { Length: > 0 } said ? said.Split('\n')[^1] : $"it ended with exit code {process.ExitCode}"));
        }
        catch (JsonException error)
        {
            throw new ToolException($"what it said is no JSON: {error.Message}", error);
        }
        finally
        {
            File.Delete(log);
        }
    }

    // What the user has set stays; a real device's library is the system's.
    private static Dictionary<string, string> Libraries(string device) => device switch
    {
        _ when device.StartsWith("ub://", StringComparison.Ordinal) => Library("URMA_LIBURMA", "liburma.so.0"),
        _ when device.StartsWith("verbs://urma", StringComparison.Ordinal) => Library("URMA_LIBIBVERBS", "liburma-roub.so"),
        _ => [],
    };

    private static Dictionary<string, string> Library(string variable, string file) =>
        Environment.GetEnvironmentVariable(variable) is null && NativeFolder.Find(file) is { } folder
            ? new Dictionary<string, string> { [variable] = Path.Combine(folder, file), ["LD_LIBRARY_PATH"] = folder }
            : [];
}
