using Urma.Net.Measurement;

namespace Urma.Net.Tests.Measurement;

public sealed class YardstickLoadingTests
{
    [Fact]
    public void The_library_is_used_exactly_when_it_was_built()
    {
        bool built = File.Exists(Path.Combine(AppContext.BaseDirectory, "liburma_yardstick.so"));

        Assert.Equal(built, Yardsticks.Native is not null);
        Assert.Equal(built, Yardsticks.NativeAbsenceReason is null);
        Assert.Same(Yardsticks.Native ?? Yardsticks.Managed, Yardsticks.Current);
    }

    [Fact]
    public void The_report_names_where_the_numbers_come_from()
    {
        Assert.Equal("C# fallback", Yardsticks.Managed.Source);
        if (Yardsticks.Native is { } native)
        {
            Assert.Matches(@"^C \((gcc|clang) \d+\.\d+.*\)$", native.Source);
        }
    }
}
