using Urma.Net.Internal;

namespace Urma.Net.Tests.Linux;

public sealed unsafe class FutexTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public void A_wake_through_one_mapping_reaches_a_waiter_on_another()
    {
        using MemoryFile file = MemoryFile.Create("urma-test", 4096);
        using SharedMapping waiting = file.MapShared(writable: true);
        using SharedMapping waking = file.MapShared(writable: true);
        int* word = (int*)waiting.Pointer;
        int* same = (int*)waking.Pointer;
        var result = FutexResult.TimedOut;
        var waiter = new Thread(() => result = Futex.Wait(word, 0, Soon));
        waiter.Start();

        // Woken exactly once the thread sleeps: a wake before that finds nobody and is tried again.
        Assert.True(SpinWait.SpinUntil(() => Futex.Wake(same, 1) == 1, Soon));

        Assert.True(waiter.Join(Soon));
        Assert.Equal(FutexResult.Woken, result);
    }

    [Fact]
    public void A_changed_value_is_seen_without_sleeping()
    {
        int word = 1;
        Assert.Equal(FutexResult.ValueChanged, Futex.Wait(&word, 0, Soon));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_wait_ends_at_its_deadline(int milliseconds)
    {
        int word = 0;
        Assert.Equal(FutexResult.TimedOut, Futex.Wait(&word, 0, TimeSpan.FromMilliseconds(milliseconds)));
    }

    [Fact]
    public void Enormous_timeouts_do_not_overflow()
    {
        int word = 1;
        Assert.Equal(FutexResult.ValueChanged, Futex.Wait(&word, 0, TimeSpan.MaxValue));
        Assert.Equal(FutexResult.ValueChanged, Futex.Wait(&word, 0, long.MaxValue / 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => WaitNegative());

        static void WaitNegative()
        {
            int value = 1;
            Futex.Wait(&value, 0, -1);
        }
    }

    [Fact]
    public void Waking_nobody_wakes_nobody_even_at_a_bad_address()
    {
        int word = 0;
        Assert.Equal(0, Futex.Wake(&word, 1));
        Assert.Equal(0, Futex.Wake((int*)64, 1));
    }

    [Fact]
    public void Waiting_at_a_bad_address_is_an_error()
    {
        var error = Assert.Throws<UrmaException>(() => Futex.Wait((int*)64, 0, Soon));
        Assert.Contains("0x40", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Heavy_barriers_work_once_registered()
    {
        bool available = MemoryBarriers.RegisterSelf();

        Assert.Equal(available, MemoryBarriers.RegisterSelf());
        if (available)
        {
            Assert.True(MemoryBarriers.HeavyGlobal());
        }

        MemoryBarriers.HeavyProcess();
    }
}
