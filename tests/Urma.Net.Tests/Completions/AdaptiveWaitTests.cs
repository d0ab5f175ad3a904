using System.Diagnostics;
using Urma.Net.Providers.Loopback;

namespace Urma.Net.Tests.Completions;

public class AdaptiveWaitTests
{
    private const int FewSpins = 32;
    private static readonly int MaxSpins = Environment.ProcessorCount > 1 ? 4096 : FewSpins;
    private static readonly long Microsecond = Stopwatch.Frequency / 1_000_000;

    [Fact]
    public void Who_shares_the_processor_yields_at_once()
    {
        var wait = new AdaptiveWait();
        for (int i = 0; i < 10; i++)
        {
            wait.EndedYielding(1, 3 * Microsecond);
        }

        Assert.Equal(0, wait.Spins);
    }

    [Fact]
    public void Who_yields_to_nobody_spins_again()
    {
        AdaptiveWait wait = Shared();
        for (int i = 0; i < 10; i++)
        {
            wait.EndedYielding(4, Microsecond);
        }

        Assert.Equal(MaxSpins, wait.Spins);
    }

    [Fact]
    public void Waits_that_end_spinning_earn_more_up_to_the_limit()
    {
        var wait = new AdaptiveWait();
        for (int i = 0; i < 10; i++)
        {
            Assert.True(wait.Look(new After(0), 0));
        }

        Assert.Equal(MaxSpins, wait.Spins);
    }

    [Fact]
    public void Long_sleeps_leave_few_looks_and_none_where_the_processor_is_shared()
    {
        var wait = new AdaptiveWait();
        AdaptiveWait shared = Shared();
        for (int i = 0; i < 10; i++)
        {
            wait.EndedSleeping(1000 * Microsecond, found: true);
            shared.EndedSleeping(1000 * Microsecond, found: true);
        }

        Assert.Equal(FewSpins, wait.Spins);
        Assert.Equal(0, shared.Spins);
    }

    [Fact]
    public void Sleeps_that_looking_would_have_spared_bring_the_looks_back()
    {
        var wait = new AdaptiveWait();
        for (int i = 0; i < 10; i++)
        {
            wait.EndedSleeping(1000 * Microsecond, found: true);
        }

        for (int i = 0; i < 10; i++)
        {
            wait.EndedSleeping(10 * Microsecond, found: true);
        }

        Assert.Equal(MaxSpins, wait.Spins);
    }

    [Fact]
    public void Sleeps_that_end_for_nothing_bring_no_looks_back()
    {
        AdaptiveWait wait = Shared();
        for (int i = 0; i < 10; i++)
        {
            wait.EndedSleeping(10 * Microsecond, found: false);
        }

        Assert.Equal(0, wait.Spins);
    }

    [Fact]
    public void A_look_at_many_places_is_made_less_often()
    {
        var wait = new AdaptiveWait();
        var looks = new int[1];
        int spins = wait.Spins;
        Assert.False(wait.Look(new After(int.MaxValue, looks), 0, places: 8));
        Assert.Equal(spins / 8, looks[0]);
    }

    [Fact]
    public void A_look_that_finds_nothing_ends_after_its_spins_and_yields()
    {
        AdaptiveWait wait = Shared();
        var looks = new int[1];
        Assert.False(wait.Look(new After(int.MaxValue, looks), 5));
        Assert.InRange(looks[0], 1, 5);
    }

    private static AdaptiveWait Shared()
    {
        var wait = new AdaptiveWait();
        for (int i = 0; i < 10; i++)
        {
            wait.EndedYielding(1, 3 * Microsecond);
        }

        return wait;
    }

    private readonly struct After(int count, int[]? looks = null) : IReadiness
    {
        private readonly int[] _looks = looks ?? new int[1];

        public bool IsReady => _looks[0]++ >= count;
    }
}
