using System.Diagnostics;
using Urma.Net.Tool;
using Urma.Net.Tool.Certify;

namespace Urma.Net.Compare.Running;

/// <summary>Runs a command line within a time limit. Nothing that it started outlives it.</summary>
internal static class ShellRun
{
    /// <summary>Runs one.</summary>
    /// <returns>What it printed, on both outputs.</returns>
    /// <exception cref="ToolException">It failed or took too long; the message holds the last of what it said.</exception>
    public static string Output(string command, TimeSpan limit, CancellationToken cancellation)
    {
        string log = Path.GetTempFileName();
        try
        {
            using ProgramProcess process = ProgramProcess.Start(command, [], log, []);
            string? complaint = process.Wait(Stopwatch.GetTimestamp() + (long)(limit.TotalSeconds * Stopwatch.Frequency), cancellation);
            string output = process.Output();
            complaint ??= process.ExitCode == 0 ? null : $"ended with exit code {process.ExitCode}";
            return complaint is null ? output : throw new ToolException($"{complaint}{Said(output)}");
        }
        finally
        {
            File.Delete(log);
        }
    }

    /// <summary>The last of what a program said, short enough for a line.</summary>
    public static string Said(string output)
    {
        const int Lines = 3, Characters = 300;
        string text = string.Join(" | ", output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(Lines));
        return text.Length == 0 ? ", and said nothing" : $": {(text.Length > Characters ? text[^Characters..] : text)}";
    }
}
