using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Urma.Net.Verbs.Tests.Control;

/// <summary>A second process with an engine. Killed on dispose.</summary>
internal sealed partial class PeerProcess : IDisposable
{
    private const int SigStop = 19;
    private const int SigCont = 18;

    private readonly Process _process;
    private readonly BlockingCollection<string> _lines = [];
    private readonly ConcurrentQueue<string> _errors = new();

    public PeerProcess(int rendezvousPort)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Urma.Net.Verbs.ControlPeer.dll");
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(program);
        start.ArgumentList.Add(rendezvousPort.ToString(CultureInfo.InvariantCulture));
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => _lines.Add(line.Data ?? "(end of output)");
        _process.ErrorDataReceived += (_, line) => _errors.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Uasid = uint.Parse(Expect("ready ")["ready ".Length..], CultureInfo.InvariantCulture);
    }

    public uint Uasid { get; }

    public int Id => _process.Id;

    public void Tell(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    /// <summary>Waits for a line that begins like this; what comes before is skipped.</summary>
    public string Expect(string beginning)
    {
        while (true)
        {
            Assert.True(
                _lines.TryTake(out string? line, Engine.Bound), $"'{beginning}' did not come. Errors: {string.Join('\n', _errors)}");
            if (line.StartsWith(beginning, StringComparison.Ordinal))
            {
                return line;
            }

            Assert.False(line is "(end of output)", $"The peer ended before '{beginning}'. Errors: {string.Join('\n', _errors)}");
            Assert.False(line.StartsWith("failed", StringComparison.Ordinal), line);
        }
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Stops all its threads.</summary>
    public void Stop()
    {
        Assert.Equal(0, Signal(Id, SigStop));
        Engine.Until(
            () => Directory.GetDirectories($"/proc/{Id}/task").All(static task => StateOf(task) is 'T'), "the process is stopped");
    }

    public void Continue() => Assert.Equal(0, Signal(Id, SigCont));

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    // The state follows the program's name, which stands in parentheses.
    private static char StateOf(string task)
    {
        string line = File.ReadAllText(Path.Combine(task, "stat"));
        return line[line.LastIndexOf(')') + 2];
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
