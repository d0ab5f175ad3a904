using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Urma.Net.Tool.Certify;

/// <summary>A program in a process group of its own, with its output in a file. Disposing it ends all of the group.</summary>
internal sealed partial class ProgramProcess : IDisposable
{
    /// <summary>More output than this ends a program.</summary>
    public const long OutputLimit = 16 << 20;

    private const int SigKill = 9;
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(10);

    private readonly Process _process;
    private readonly string _log;

    private ProgramProcess(Process process, string log) => (_process, _log) = (process, log);

    /// <summary>Its exit code; null while it runs.</summary>
    public int? ExitCode => _process.HasExited ? _process.ExitCode : null;

    /// <summary>Starts one.</summary>
    /// <param name="command">A shell command.</param>
    /// <param name="environment">Variables it gets beside ours.</param>
    /// <param name="log">The file for what it says, on both outputs.</param>
    /// <param name="prefix">Words in front of the command, such as those that run it elsewhere.</param>
    /// <exception cref="ToolException">setsid is missing.</exception>
    public static ProgramProcess Start(string command, IEnumerable<KeyValuePair<string, string>> environment, string log, IEnumerable<string> prefix)
    {
        // The variables behind 'env', so that they are the program's and neither the session's maker's nor, elsewhere, forgotten.
        string[] arguments =
        [
            "sh", "-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1 </dev/null", "sh", log,
            .. prefix, "env", .. environment.Select(static pair => $"{pair.Key}={pair.Value}"), "sh", "-c", command,
        ];
        try
        {
            return new ProgramProcess(Process.Start(new ProcessStartInfo("setsid", arguments) { UseShellExecute = false })!, log);
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new ToolException($"setsid could not be started, and without it programs could not be ended reliably: {error.Message}", error);
        }
    }

    /// <summary>Waits for its end.</summary>
    /// <param name="deadline">A time of <see cref="Stopwatch"/>.</param>
    /// <param name="cancellation">Ends the wait, too.</param>
    /// <returns>Null once it has ended by itself; else why it must be ended.</returns>
    public string? Wait(long deadline, CancellationToken cancellation)
    {
        while (!_process.WaitForExit(Between))
        {
            cancellation.ThrowIfCancellationRequested();
            if (Stopwatch.GetTimestamp() > deadline)
            {
                return "did not end in time and was killed";
            }

            if (new FileInfo(_log) is { Exists: true, Length: > OutputLimit })
            {
                return $"printed more than {OutputLimit >> 20} MiB and was killed";
            }
        }

        return null;
    }

    /// <summary>What it has said so far; of too much, the beginning.</summary>
    public string Output()
    {
        if (!File.Exists(_log))
        {
            return string.Empty;
        }

        using var file = new FileStream(_log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] bytes = new byte[Math.Min(file.Length, OutputLimit)];
        int read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return System.Text.Encoding.UTF8.GetString(bytes, 0, read);
    }

    public void Dispose()
    {
        // Those that it left behind, too. Before setsid has run there is no group yet, but then there is only the one process.
        if (Kill(-_process.Id, SigKill) != 0 && !_process.HasExited)
        {
            _process.Kill();
        }

        _process.WaitForExit();
        _process.Dispose();
    }

    [LibraryImport("libc.so.6", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
