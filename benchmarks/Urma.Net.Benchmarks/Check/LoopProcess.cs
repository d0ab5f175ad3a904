using System.Diagnostics;
using System.Text.Json;
using Urma.Net.Benchmarks.Loop;

namespace Urma.Net.Benchmarks.Check;

/// <summary>A process of its own that measures: what a compiler and an address space happen to do differs from one to the next.</summary>
internal static class LoopProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>Runs this program's <c>measure</c>, or that of another build of it.</summary>
    /// <param name="program">The other build, or null.</param>
    /// <param name="arguments">What follows <c>measure</c>.</param>
    /// <exception cref="InvalidOperationException">It said no report; the message is what it said.</exception>
    public static LoopReport Measure(string? program, IEnumerable<string> arguments)
    {
        string[] command = program is null ? Self : [program];
        string output = Output([.. command, MeasureCommand.Name, .. arguments]);
        int start = output.IndexOf('{', StringComparison.Ordinal);
        return (start < 0 ? null : JsonSerializer.Deserialize(output.AsSpan(start), LoopReportContext.Default.LoopReport))
            ?? throw new InvalidOperationException($"'{string.Join(' ', command)}' wrote no report.");
    }

    /// <summary>What a command writes.</summary>
    /// <exception cref="InvalidOperationException">It took too long, or wrote nothing.</exception>
    public static string Output(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true };

        // Otherwise a method is optimised only when nothing new has been compiled for 100 ms: a measurement could end before.
        start.Environment["DOTNET_TC_CallCountingDelayMs"] = "0";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"'{string.Join(' ', command)}' took longer than {Limit}.");
        }

        return output.Result.Length > 0
            ? output.Result
            : throw new InvalidOperationException($"'{string.Join(' ', command)}' wrote nothing and ended with exit code {process.ExitCode}.");
    }

    private static string[] Self
    {
        get
        {
            string program = Environment.ProcessPath!;
            return Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, typeof(LoopProcess).Assembly.Location] : [program];
        }
    }
}
