using System.Diagnostics;
using System.Globalization;
using Urma.Net.Tool.Peers;

namespace Urma.Net.Tool.Launch;

/// <summary>One process of <c>urma launch</c>, the leader of a process group.</summary>
internal sealed class LaunchedRank : IDisposable
{
    private readonly Process _process;
    private readonly Task _output;

    private LaunchedRank(int rank, Process process, Task output) => (Rank, _process, _output) = (rank, process, output);

    public int Rank { get; }

    /// <summary>The process, and the group it leads.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it runs no more. Its group may.</summary>
    public bool HasEnded => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>When its process has ended.</summary>
    public Task End => _process.WaitForExitAsync();

    /// <summary>Starts one. Must be called on a thread that lives as long as the rank is to: the rank ends with it.</summary>
    public static LaunchedRank Start(LaunchRequest request, int rank, string job)
    {
        string[] self = SelfProcess.Command();
        var start = new ProcessStartInfo(self[0]) { RedirectStandardOutput = request.TagOutput, RedirectStandardError = request.TagOutput, RedirectStandardInput = true };
        foreach (string word in (string[])[.. self[1..], RankPlace.Verb, "--parent", Number(Environment.ProcessId), "--", .. request.Program])
        {
            start.ArgumentList.Add(word);
        }

        // A secret belongs into the environment: command lines are seen by everybody.
        start.Environment["URMA_RANK"] = Number(rank);
        start.Environment["URMA_SIZE"] = Number(request.Ranks);
        start.Environment["URMA_LOCAL_RANK"] = Number(rank);
        start.Environment["URMA_JOB"] = job;
        _ = start.Environment.Remove("URMA_COMM_ID");
        Process process = Process.Start(start) ?? throw new ToolException($"'{self[0]}' could not be started as a rank.");
        process.StandardInput.Close();
        Task output = request.TagOutput
            ? Task.WhenAll(Pass(process.StandardOutput, Console.Out, rank), Pass(process.StandardError, Console.Error, rank))
            : Task.CompletedTask;
        return new LaunchedRank(rank, process, output);
    }

    /// <summary>Sends a signal to the process and to all that it has started.</summary>
    public void Signal(int signal)
    {
        // It becomes the leader of a group a little after its start.
        if (!Signals.ToGroup(Id, signal) && !HasEnded)
        {
            Signals.ToProcess(Id, signal);
        }
    }

    /// <summary>Waits until all of its output has been passed on.</summary>
    public void WaitForOutput(TimeSpan limit) => _ = _output.Wait(limit);

    public void Dispose() => _process.Dispose();

    // Whole lines, so that those of different ranks do not mix.
    private static async Task Pass(StreamReader from, TextWriter to, int rank)
    {
        while (await from.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            await to.WriteLineAsync($"[{rank}] {line}").ConfigureAwait(false);
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
