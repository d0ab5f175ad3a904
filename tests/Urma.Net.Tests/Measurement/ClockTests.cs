using System.Diagnostics;
using Urma.Net.Measurement;

namespace Urma.Net.Tests.Measurement;

public sealed class ClockTests
{
    [Fact]
    public void One_second_of_ticks_is_a_billion_nanoseconds() =>
        Assert.Equal(1_000_000_000, Clock.ToNanoseconds(Stopwatch.Frequency));

    [Fact]
    public void A_year_of_ticks_does_not_overflow() =>
        Assert.Equal(31_536_000_000_000_000, Clock.ToNanoseconds(Stopwatch.Frequency * 31_536_000));

    [Fact]
    public void Time_passes_while_sleeping()
    {
        long start = Clock.NowNanoseconds;

        Thread.Sleep(5);

        Assert.True(Clock.NowNanoseconds - start >= 4_000_000, "A sleep of 5 ms took less than 4 ms by this clock.");
    }
}
