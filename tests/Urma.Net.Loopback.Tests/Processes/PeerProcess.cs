using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Text;

namespace Urma.Net.Loopback.Tests.Processes;

/// <summary>
/// A real second process. Every wait has a bound, and disposing kills it, so that no test leaves one behind.
/// </summary>
internal sealed class PeerProcess : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private static readonly string Assembly = typeof(PeerProcess).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "PeerAssembly").Value!;

    private readonly Process _process;
    private readonly BlockingCollection<string> _replies = [];
    private readonly BlockingCollection<string> _events = [];
    private readonly StringBuilder _errors = new();

    private PeerProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Sort(line.Data);
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
            {
                _errors.AppendLine(line.Data);
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts a peer.</summary>
    /// <param name="crashAt">The step at which it kills itself.</param>
    /// <param name="runAs">A program that starts it with other rights, with its arguments.</param>
    public static PeerProcess Start(string? crashAt = null, params string[] runAs)
    {
        PeerProcess peer = Launch(crashAt, runAs);
        peer.Await();
        return peer;
    }

    /// <summary>Starts a peer and has it open a context.</summary>
    public static PeerProcess Open(string connectionString, string label = "peer", string? crashAt = null)
    {
        PeerProcess peer = Start(crashAt);
        peer.Ask($"open on={connectionString} label={label}");
        return peer;
    }

    /// <summary>Starts a peer without waiting until it is up.</summary>
    public static PeerProcess Launch(string? crashAt = null, params string[] runAs) => LaunchProgram(Assembly, crashAt, runAs);

    /// <summary>Starts a peer from a copy of its program.</summary>
    public static PeerProcess StartProgram(string assembly, params string[] runAs)
    {
        PeerProcess peer = LaunchProgram(assembly, null, runAs);
        peer.Await();
        return peer;
    }

    private static PeerProcess LaunchProgram(string assembly, string? crashAt, string[] runAs)
    {
        // The program that runs us is 'dotnet', unless a test host of its own does.
        string dotnet = Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet";
        string[] command = [.. runAs, dotnet, assembly];
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // No diagnostics port: it would leave files in /tmp when the process is killed.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_gcServer"] = "0";
        if (crashAt is not null)
        {
            start.Environment["URMA_TEST_CRASH_AT"] = crashAt;
        }

        return new PeerProcess(Process.Start(start)!);
    }

    /// <summary>Gives a command and waits for its answer, which must be a success.</summary>
    public PeerReply Ask(string command)
    {
        PeerReply reply = Try(command);
        Assert.True(reply.IsOk, $"'{command}' was answered: {reply.Line}");
        return reply;
    }

    /// <summary>Gives a command and waits for its answer, whatever it is.</summary>
    public PeerReply Try(string command)
    {
        Tell(command);
        return Await();
    }

    /// <summary>Gives a command without waiting.</summary>
    public void Tell(string command)
    {
        try
        {
            _process.StandardInput.WriteLine(command);
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            // It is dead, as the test will find out, and perhaps wanted.
        }
    }

    /// <summary>Waits for the answer to a command that was told.</summary>
    public PeerReply Await() => new(Take(_replies, "answered"));

    /// <summary>Waits for an answer; false where the process ended instead.</summary>
    public bool TryAwait(out PeerReply reply)
    {
        bool taken = _replies.TryTake(out string? line, Bound);
        reply = new PeerReply(line ?? string.Empty);
        return taken;
    }

    /// <summary>Waits for something the peer says by itself.</summary>
    public PeerReply AwaitEvent(string begin)
    {
        while (true)
        {
            string line = Take(_events, $"said '{begin}'");
            if (line.StartsWith(begin, StringComparison.Ordinal))
            {
                return new PeerReply("ok " + line);
            }
        }
    }

    /// <summary>Ends it as an accident would.</summary>
    public void Kill()
    {
        Posix.Signal(_process.Id, Posix.Kill);
        AwaitExit();
    }

    /// <summary>Stops it, and returns when every thread of it has come to rest.</summary>
    public void Stop()
    {
        Posix.Signal(_process.Id, Posix.Stop);
        Threads.Until(() => Directory.GetDirectories($"/proc/{_process.Id}/task").All(IsStopped), "the peer is stopped");
    }

    public void Continue() => Posix.Signal(_process.Id, Posix.Continue);

    public int AwaitExit()
    {
        Assert.True(_process.WaitForExit(Bound), $"The peer did not exit within {Bound}.");
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Posix.Signal(_process.Id, Posix.Kill);
            _process.WaitForExit(Bound);
        }

        _process.Dispose();
    }

    // "12 (name) T …": the name may hold anything but is the last thing in parentheses.
    private static bool IsStopped(string task)
    {
        string status = File.ReadAllText(Path.Combine(task, "stat"));
        return status[status.LastIndexOf(')') + 2] == 'T';
    }

    private void Sort(string? line)
    {
        if (line is null)
        {
            _replies.CompleteAdding();
            _events.CompleteAdding();
        }
        else if (line.StartsWith("event ", StringComparison.Ordinal))
        {
            _events.Add(line["event ".Length..]);
        }
        else
        {
            _replies.Add(line);
        }
    }

    private string Take(BlockingCollection<string> lines, string what)
    {
        if (lines.TryTake(out string? line, Bound))
        {
            return line;
        }

        lock (_errors)
        {
            throw new InvalidOperationException(
                (lines.IsCompleted ? "The peer ended before it " : $"Within {Bound} the peer has not ") + $"{what}. It complained: {_errors}");
        }
    }
}
