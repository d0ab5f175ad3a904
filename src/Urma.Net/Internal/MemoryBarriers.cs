using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>
/// Asymmetric barriers: the frequent side orders its accesses for the compiler only and pays nothing, the rare side
/// makes the kernel run a full barrier on every processor where the frequent side might be running.
/// </summary>
/// <remarks>
/// Across processes both must have called <see cref="RegisterSelf"/> with success and must have told each other so:
/// the kernel skips processes that never registered, silently. Where either is not registered, both sides use ordinary
/// full fences instead.
/// </remarks>
internal static class MemoryBarriers
{
    private static readonly Lazy<bool> Registered = new(Register);

    /// <summary>Lets other processes' <see cref="HeavyGlobal"/> reach this one. Done once; later calls only tell the result.</summary>
    /// <returns>Whether the kernel has the call and accepted.</returns>
    internal static bool RegisterSelf() => Registered.Value;

    /// <summary>Runs a full memory barrier on every processor that runs a registered process, this one included.</summary>
    /// <returns>False where the kernel does not have the call: then no barrier took place.</returns>
    internal static bool HeavyGlobal() => Call(Libc.MEMBARRIER_CMD_GLOBAL_EXPEDITED) == 0;

    /// <summary>Runs a full memory barrier on every processor that runs a thread of this process.</summary>
    internal static void HeavyProcess() => Interlocked.MemoryBarrierProcessWide();

    private static bool Register()
    {
        const int needed = Libc.MEMBARRIER_CMD_GLOBAL_EXPEDITED | Libc.MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED;
        nint offered = Call(Libc.MEMBARRIER_CMD_QUERY);
        return offered >= 0 && (offered & needed) == needed && Call(Libc.MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED) == 0;
    }

    private static nint Call(int command) => Libc.Syscall(Libc.SYS_membarrier.Here, command, 0, 0, 0, 0, 0);
}
