using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Urma.Net.Collectives.Tests.Bootstrap;

/// <summary>Another process, running the peer program. Killed on dispose.</summary>
internal sealed partial class PeerProcess : IDisposable
{
    /// <summary>How long anything may take on this processor itself.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private const int SigKill = 9;
    private const int SigContinue = 18;
    private const int SigStop = 19;

    private readonly Process _process;
    private readonly BlockingCollection<string> _lines = [];
    private readonly ConcurrentQueue<string> _errors = new();

    public PeerProcess(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Urma.Net.Collectives.Peer.dll"));
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => _lines.Add(line.Data ?? "(end of output)");
        _process.ErrorDataReceived += (_, line) => _errors.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    /// <summary>Starts one rank of a control plane.</summary>
    public static PeerProcess Rank(UniqueId id, int rank, int size) =>
        new(new Dictionary<string, string> { ["URMA_TEST_ID"] = id.ToString() }, "control", $"{rank}", $"{size}", "30");

    public void Tell(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    /// <summary>Waits for a line that begins like this; what comes before is skipped.</summary>
    public string Expect(string beginning, TimeSpan? patience = null)
    {
        while (true)
        {
            Assert.True(_lines.TryTake(out string? line, patience ?? Soon), $"'{beginning}' did not come. Errors: {string.Join('\n', _errors)}");
            if (line.StartsWith(beginning, StringComparison.Ordinal))
            {
                return line;
            }

            Assert.False(line is "(end of output)", $"The peer ended before '{beginning}'. Errors: {string.Join('\n', _errors)}");
        }
    }

    public void Kill() => _ = Kill(Id, SigKill);

    /// <summary>Stops every thread; the signal alone returns while some still run.</summary>
    public void Stop()
    {
        _ = Kill(Id, SigStop);
        Assert.True(SpinWait.SpinUntil(() => Directory.GetDirectories($"/proc/{Id}/task").All(static task => StateOf(task) is 'T'), Soon));
    }

    public void Continue() => _ = Kill(Id, SigContinue);

    public int WaitForExit()
    {
        Assert.True(_process.WaitForExit(Soon), "The peer does not end.");
        return _process.ExitCode;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    // The state follows the program's name, which stands in parentheses.
    private static char StateOf(string task)
    {
        string line = File.ReadAllText(Path.Combine(task, "stat"));
        return line[line.LastIndexOf(')') + 2];
    }

    [LibraryImport("libc.so.6", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
