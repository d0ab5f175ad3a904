using Urma.Net.Tool.Watch;
using Xunit;

namespace Urma.Net.Tool.Tests;

public class UnitsTests
{
    [Theory]
    [InlineData(0, "0", "0ns")]
    [InlineData(7.126, "7.13", "7.13ns")]
    [InlineData(99.96, "100", "100ns")]
    [InlineData(999.6, "1k", "1us")]
    [InlineData(45_678, "45.7k", "45.7us")]
    [InlineData(999_600_000, "1G", "1s")]
    [InlineData(12_345_678_901, "12.3G", "12.3s")]
    public void Numbers_have_three_digits(double value, string count, string time) =>
        Assert.Equal((count, time), (Units.Count(value), Units.Time(value)));
}
