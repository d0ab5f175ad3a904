using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Urma.Net.Internal;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Tests.Control;

/// <summary>A second process running the control peer. Killed on dispose.</summary>
internal sealed class PeerProcess : IDisposable
{
    private readonly Process _process;
    private readonly PidFd _pidfd;
    private readonly BlockingCollection<string> _lines = [];
    private readonly ConcurrentQueue<string> _errors = new();

    internal PeerProcess(params string[] arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Urma.Net.ControlPeer.dll");
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(program);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _pidfd = PidFd.Open(_process.Id);
        _process.OutputDataReceived += (_, line) => _lines.Add(line.Data ?? "(end of output)");
        _process.ErrorDataReceived += (_, line) => _errors.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    internal int Id => _process.Id;

    /// <summary>Starts an engine and waits until it serves.</summary>
    internal static PeerProcess Engine(string fabric, string label, out uint uasid)
    {
        var peer = new PeerProcess("engine", fabric, label);
        uasid = uint.Parse(peer.Expect("ready ")["ready ".Length..], CultureInfo.InvariantCulture);
        return peer;
    }

    internal void Tell(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
    }

    /// <summary>Waits for a line that begins like this; what comes before is skipped.</summary>
    internal string Expect(string beginning)
    {
        while (true)
        {
            Assert.True(
                _lines.TryTake(out string? line, TestEngine.Soon),
                $"'{beginning}' did not come. Errors: {string.Join('\n', _errors)}");
            if (line.StartsWith(beginning, StringComparison.Ordinal))
            {
                return line;
            }

            Assert.False(line is "(end of output)", $"The peer ended before '{beginning}'. Errors: {string.Join('\n', _errors)}");
        }
    }

    internal void Kill() => _pidfd.Signal(Libc.SIGKILL);

    internal void KillAndWait()
    {
        Kill();
        Assert.True(_pidfd.WaitForExit(TestEngine.Soon));
    }

    /// <summary>Stops every thread; the signal alone returns while some still run.</summary>
    internal void Stop()
    {
        _pidfd.Signal(Libc.SIGSTOP);
        Assert.True(SpinWait.SpinUntil(
            () => Directory.GetDirectories($"/proc/{Id}/task").All(task => StateOf(task) is 'T'), TestEngine.Soon));
    }

    internal void Continue() => _pidfd.Signal(Libc.SIGCONT);

    // The state follows the program's name, which stands in parentheses.
    private static char StateOf(string task)
    {
        string line = File.ReadAllText(Path.Combine(task, "stat"));
        return line[line.LastIndexOf(')') + 2];
    }

    public void Dispose()
    {
        Kill();
        _process.WaitForExit();
        _process.Dispose();
        _pidfd.Dispose();
    }
}
