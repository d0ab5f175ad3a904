using Urma.Net.Internal;

namespace Urma.Net.Tests.Linux;

public sealed class HeadroomBudgetTests
{
    private const long Megabyte = 1L << 20;

    [Fact]
    public void The_margin_is_never_granted()
    {
        var budget = new HeadroomBudget(() => new MemoryHeadroom(10 * Megabyte, 100 * Megabyte, "test"));

        Assert.False(budget.TryTake((6 * Megabyte) + 1, out MemoryHeadroom headroom));
        Assert.Equal("test", headroom.Source);
        Assert.True(budget.TryTake(6 * Megabyte, out _));
    }

    [Fact]
    public void A_burst_of_small_requests_cannot_spend_more_than_was_measured()
    {
        const long request = 4096;
        long taken = 0;
        int measurements = 0;
        var budget = new HeadroomBudget(() =>
        {
            measurements++;
            return new MemoryHeadroom((68 * Megabyte) - taken, 100 * Megabyte, "test");
        });

        int granted = 0;
        while (budget.TryTake(request, out _))
        {
            taken += request;
            granted++;
            Assert.True(granted <= 64 * Megabyte / request);
        }

        Assert.Equal(64 * Megabyte / request, granted);
        Assert.InRange(measurements, 1, granted / 2);
    }

    [Fact]
    public void Large_requests_are_always_measured()
    {
        int measurements = 0;
        var budget = new HeadroomBudget(() =>
        {
            measurements++;
            return new MemoryHeadroom(1000 * Megabyte, 1000 * Megabyte, "test");
        });

        for (int i = 1; i <= 3; i++)
        {
            Assert.True(budget.TryTake(100 * Megabyte, out _));
            Assert.Equal(i, measurements);
        }
    }
}
