using System.Runtime.InteropServices;

namespace Urma.Net.Measurement;

/// <summary>The kernel's sleep-until-a-word-changes, shared between processes.</summary>
internal static unsafe partial class Futex
{
    private const int Wait = 0;
    private const int Wake = 1;

    // One sleep lasts at most this long, so a silent peer costs ten clock readings a second and a live one none.
    private const long SleepNanoseconds = 100_000_000;

    private static readonly nint CallNumber = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 202,
        Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64 => 98,
        _ => 0,
    };

    /// <summary>Sleeps until the word holds the expected value or the deadline, in <see cref="Clock"/> time, passes.</summary>
    public static bool SleepUntil(uint* word, uint expected, ulong deadline)
    {
        RequireSupport();
        TimeSpec slice = new() { Nanoseconds = SleepNanoseconds };
        uint seen;
        while ((seen = Volatile.Read(ref *word)) != expected)
        {
            // Every outcome (woken, value changed, interrupted, timed out) leads back to the same question.
            if (Call(CallNumber, word, Wait, seen, &slice, null, 0) != 0 && ManagedYardsticks.HasPassed(deadline))
            {
                return Volatile.Read(ref *word) == expected;
            }
        }

        return true;
    }

    /// <summary>Stores the value and wakes the one sleeper.</summary>
    public static void HandOver(uint* word, uint value)
    {
        RequireSupport();
        Volatile.Write(ref *word, value);
        Call(CallNumber, word, Wake, 1, null, null, 0);
    }

    private static void RequireSupport()
    {
        if (CallNumber == 0)
        {
            throw new PlatformNotSupportedException(
                $"The futex call number of {RuntimeInformation.ProcessArchitecture} is not known here. " +
                "Build the C yardsticks instead: ./build.sh native.");
        }
    }

    // Variadic in C, but of these architectures each passes integer arguments of variadic calls as of any other.
    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Call(
        nint number, uint* word, nint operation, nuint value, TimeSpec* timeout, uint* word2, nuint value3);

    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
