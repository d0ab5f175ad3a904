using System.Runtime.InteropServices;

namespace Urma.Net.Loopback.Tests.Processes;

/// <summary>Signals.</summary>
internal static partial class Posix
{
    public const int Kill = 9;
    public const int Continue = 18;
    public const int Stop = 19;

    public static bool IsRoot => GetUserId() == 0;

    public static void Signal(int process, int signal) => _ = SendSignal(process, signal);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetUserId();
}
