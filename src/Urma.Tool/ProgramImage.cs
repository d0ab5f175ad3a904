using System.Collections;
using System.Runtime.InteropServices;

namespace Urma.Net.Tool;

/// <summary>Runs a program in the place of this one: signals, exit code and terminal are its own.</summary>
internal static partial class ProgramImage
{
    private const int SigPipe = 13;
    private const nint SigDefault = 0;

    /// <summary>The environment of this process, to be changed and passed on.</summary>
    public static Dictionary<string, string?> Environment() =>
        System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(static e => (string)e.Key, static e => (string?)e.Value);

    /// <summary>Replaces this program; returns only when that is not possible.</summary>
    /// <param name="arguments">The program, looked for as a shell does, and its arguments.</param>
    /// <param name="environment">All of its variables.</param>
    /// <returns>Why not: an <c>errno</c>.</returns>
    public static unsafe int Replace(string[] arguments, Dictionary<string, string?> environment)
    {
        nint[] words = Words(arguments);
        nint[] settings = Words([.. environment.Select(static e => $"{e.Key}={e.Value}")]);
        fixed (nint* argv = words)
        fixed (nint* envp = settings)
        {
            // The runtime ignores it, and a program keeps what it is started with.
            _ = Signal(SigPipe, SigDefault);
            _ = ExecVpe(words[0], argv, envp);
        }

        return Marshal.GetLastPInvokeError();
    }

    // Ends with a null, as C wants it. Never freed: either this process goes, or it reports an error and goes.
    private static nint[] Words(string[] texts) => [.. texts.Select(Marshal.StringToCoTaskMemUTF8), 0];

    [LibraryImport("libc.so.6", EntryPoint = "signal")]
    private static partial nint Signal(int number, nint handler);

    [LibraryImport("libc.so.6", EntryPoint = "execvpe", SetLastError = true)]
    private static unsafe partial int ExecVpe(nint file, nint* argv, nint* envp);
}
