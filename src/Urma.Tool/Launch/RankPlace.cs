using System.Runtime.InteropServices;

namespace Urma.Net.Tool.Launch;

/// <summary>What a process of <c>urma launch</c> does before it becomes the user's program.</summary>
internal static partial class RankPlace
{
    /// <summary>The hidden verb by which it is started.</summary>
    public const string Verb = "launch-rank";

    private const int ParentDeathSignal = 1;

    // As a shell says that there is no such program.
    private const int NotFound = 127;

    /// <summary>Ends with the launcher from now on, leads a group of its own, and becomes the program.</summary>
    /// <returns>An exit code, when it could not.</returns>
    public static int Become(int launcher, string[] program)
    {
        _ = SetGroup(0, 0);
        _ = Control(ParentDeathSignal, Signals.Kill, 0, 0, 0);

        // It may have ended before it was known that this matters.
        if (GetParent() != launcher)
        {
            return 1;
        }

        int error = ProgramImage.Replace(program, ProgramImage.Environment());
        Console.Error.WriteLine($"urma: '{program[0]}' could not be run: {Marshal.GetPInvokeErrorMessage(error)}.");
        return NotFound;
    }

    [LibraryImport("libc.so.6", EntryPoint = "setpgid")]
    private static partial int SetGroup(int process, int group);

    [LibraryImport("libc.so.6", EntryPoint = "prctl")]
    private static partial int Control(int option, nint a, nint b, nint c, nint d);

    [LibraryImport("libc.so.6", EntryPoint = "getppid")]
    private static partial int GetParent();
}
