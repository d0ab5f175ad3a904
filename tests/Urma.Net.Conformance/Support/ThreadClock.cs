using System.Runtime.InteropServices;

namespace Urma.Net.Conformance;

/// <summary>Processor time of the calling thread: what a waiter burns, without the test host's own work.</summary>
public static partial class ThreadClock
{
    private const int ThreadCpuTime = 3;

    /// <summary>Processor time this thread has used.</summary>
    public static TimeSpan Now
    {
        get
        {
            Assert.Equal(0, GetTime(ThreadCpuTime, out Time time));
            return TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1000);
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
