using System.Runtime.InteropServices;

namespace Urma.Net.Tool.Launch;

/// <summary>Signals to processes and their groups.</summary>
internal static partial class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;

    // What a user or a batch system sends; the rest is between a program and its kernel.
    private static readonly (int Number, string Name)[] _passedOn = [(1, "SIGHUP"), (2, "SIGINT"), (3, "SIGQUIT"), (10, "SIGUSR1"), (12, "SIGUSR2"), (Terminate, "SIGTERM")];

    private static readonly (int Number, string Name)[] _others = [(4, "SIGILL"), (6, "SIGABRT"), (7, "SIGBUS"), (8, "SIGFPE"), (Kill, "SIGKILL"), (11, "SIGSEGV"), (13, "SIGPIPE")];

    /// <summary>Sends a signal to all processes of a group; one that has gone is fine.</summary>
    public static bool ToGroup(int leader, int signal) => SendSignal(-leader, signal) == 0;

    /// <summary>Sends a signal to one process, which must not have been waited for.</summary>
    public static void ToProcess(int process, int signal) => _ = SendSignal(process, signal);

    /// <summary>Calls back, instead of what these signals do to this process, until disposed.</summary>
    public static IDisposable Catch(Action<int> onSignal) => new Registrations([.. _passedOn.Select(signal => PosixSignalRegistration.Create(
        (PosixSignal)signal.Number,
        context =>
        {
            context.Cancel = true;
            onSignal(signal.Number);
        }))]);

    /// <summary>An exit code in words: 128 and more is what a shell makes of a signal.</summary>
    public static string Describe(int exitCode) =>
        _passedOn.Concat(_others).FirstOrDefault(s => s.Number == exitCode - 128) is { Name: { } name } ? $"was ended by {name}" : $"ended with exit code {exitCode}";

    [LibraryImport("libc.so.6", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);

    private sealed class Registrations(PosixSignalRegistration[] all) : IDisposable
    {
        public void Dispose() => Array.ForEach(all, static r => r.Dispose());
    }
}
