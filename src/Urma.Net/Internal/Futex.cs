using System.Runtime.InteropServices;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>Sleeping on a 32-bit word that several processes map, and waking those who do.</summary>
internal static unsafe class Futex
{
    // TimeSpan.MaxValue in nanoseconds does not fit into 64 bits; a century is as good as for ever and bounded.
    private const long LongestWait = 100L * 365 * 24 * 3600 * 1_000_000_000;
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <inheritdoc cref="Wait(int*, int, long)"/>
    internal static FutexResult Wait(int* word, int expected, TimeSpan timeout) =>
        Wait(word, expected, timeout.Ticks > LongestWait / 100 ? LongestWait : timeout.Ticks * 100);

    /// <summary>Sleeps while <paramref name="word"/> holds <paramref name="expected"/>, until woken.</summary>
    /// <param name="word">In memory shared with whoever wakes, 4-byte aligned.</param>
    /// <param name="expected">The value that still means "sleep"; checked by the kernel in one step with going to sleep.</param>
    /// <param name="timeoutNanoseconds">How long at most; not negative. Interruptions by signals do not lengthen it.</param>
    /// <returns>Why it returned. A wake can be spurious: always look at the word again.</returns>
    /// <exception cref="UrmaException">The address is not mapped or not aligned.</exception>
    internal static FutexResult Wait(int* word, int expected, long timeoutNanoseconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(timeoutNanoseconds);
        Timespec deadline;
        _ = Libc.ClockGettime(Libc.CLOCK_MONOTONIC, &deadline);
        long nanoseconds = deadline.tv_nsec + (timeoutNanoseconds % NanosecondsPerSecond);
        deadline.tv_sec += (timeoutNanoseconds / NanosecondsPerSecond) + (nanoseconds / NanosecondsPerSecond);
        deadline.tv_nsec = nanoseconds % NanosecondsPerSecond;

        while (true)
        {
            // WAIT_BITSET because its timeout is a point in time: an interrupted wait resumes towards the same one.
            nint result = Libc.Syscall(
                Libc.SYS_futex.Here,
                (nint)word,
                Libc.FUTEX_WAIT_BITSET,
                expected,
                (nint)(&deadline),
                0,
                unchecked((nint)Libc.FUTEX_BITSET_MATCH_ANY));
            if (result == 0)
            {
                return FutexResult.Woken;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Libc.EINTR:
                    continue;
                case Libc.EAGAIN:
                    return FutexResult.ValueChanged;
                case Libc.ETIMEDOUT:
                    return FutexResult.TimedOut;
                case int error:
                    LinuxError.Throw($"wait at address 0x{(nuint)word:x}", error);
                    break;
            }
        }
    }

    /// <summary>Wakes up to <paramref name="count"/> sleepers on <paramref name="word"/>, in whatever process.</summary>
    /// <returns>How many were woken; 0 also where the address is no longer mapped.</returns>
    internal static int Wake(int* word, int count)
    {
        nint woken = Libc.Syscall(Libc.SYS_futex.Here, (nint)word, Libc.FUTEX_WAKE, count, 0, 0, 0);
        return woken < 0 ? 0 : (int)woken;
    }
}
