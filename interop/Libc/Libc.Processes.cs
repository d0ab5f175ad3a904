using System.Runtime.InteropServices;

namespace Urma.Net.Interop.Libc;

internal static unsafe partial class Libc
{
    internal const int RLIMIT_FSIZE = 1;
    internal const int RLIMIT_NOFILE = 7;
    internal const int RLIMIT_MEMLOCK = 8;
    internal const int RLIMIT_AS = 9;
    internal const ulong RLIM_INFINITY = ulong.MaxValue;

    internal const int _SC_PAGESIZE = 30;
    internal const int _SC_NPROCESSORS_ONLN = 84;

    internal const int PR_SET_PTRACER = 0x59616d61;
    internal const nint PR_SET_PTRACER_ANY = -1;

    internal const int SIGKILL = 9;
    internal const int SIGSTOP = 19;
    internal const int SIGCONT = 18;

    [LibraryImport(Library, EntryPoint = "getpid")]
    internal static partial int Getpid();

    [LibraryImport(Library, EntryPoint = "geteuid")]
    internal static partial uint Geteuid();

    [LibraryImport(Library, EntryPoint = "getegid")]
    internal static partial uint Getegid();

    [LibraryImport(Library, EntryPoint = "sched_yield")]
    internal static partial int SchedYield();

    [LibraryImport(Library, EntryPoint = "sched_getcpu")]
    internal static partial int SchedGetcpu();

    [LibraryImport(Library, EntryPoint = "sched_setaffinity", SetLastError = true)]
    internal static partial int SchedSetaffinity(int thread, nuint size, ulong* mask);

    [LibraryImport(Library, EntryPoint = "sched_getaffinity", SetLastError = true)]
    internal static partial int SchedGetaffinity(int thread, nuint size, ulong* mask);

    [LibraryImport(Library, EntryPoint = "getrlimit", SetLastError = true)]
    internal static partial int Getrlimit(int resource, Rlimit* limit);

    [LibraryImport(Library, EntryPoint = "prlimit", SetLastError = true)]
    internal static partial int Prlimit(int pid, int resource, Rlimit* newLimit, Rlimit* oldLimit);

    [LibraryImport(Library, EntryPoint = "prctl", SetLastError = true)]
    internal static partial int Prctl(int option, nint a, nint b, nint c, nint d);

    [LibraryImport(Library, EntryPoint = "sysconf", SetLastError = true)]
    internal static partial nint Sysconf(int name);
}
