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
        ShellOutput output = Run(command, limit, cancellation);
        return output.Complaint is null ? output.Text : throw new ToolException(output.Complaint);
    }

    /// <summary>Runs one, and tells what it printed even where it failed or took too long.</summary>
    public static ShellOutput Run(string command, TimeSpan limit, CancellationToken cancellation)
    {
        string log = Path.GetTempFileName();
        try
        {
            using ProgramProcess process = ProgramProcess.Start(command, [], log, []);
            string? complaint = process.Wait(Stopwatch.GetTimestamp() + (long)(limit.TotalSeconds * Stopwatch.Frequency), cancellation);
            string output = process.Output();
            complaint ??= process.ExitCode == 0 ? null : $"ended with exit code {process.ExitCode}";
            return new ShellOutput(output, complaint is null ? null : $"{complaint}{Said(output)}");
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
