using Urma.Net.Global;

namespace Urma.Net.Loopback.Tests.Processes.Placement;

/// <summary>What members find each other by stays right while they come and go, and when its words are broken.</summary>
public sealed class SharedDirectoryTests : ProcessTest
{
    private const string Name = "directory";
    private const ulong Kind = 77;

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    [Fact]
    public void A_member_that_got_a_dead_ones_number_is_not_dead()
    {
        const int Uses = 1023;
        UrmaContext context = OpenHere();
        using SharedDirectory directory = SharedDirectory.Create(context, Name, Kind, 8, static _ => { });
        UrmaContext first = OpenHere();
        uint number = SharedDirectory.Join(first, Name, Kind, Bound).Member;
        Assert.False(directory.IsMemberGone(number));
        first.Dispose();
        Threads.Until(() => directory.IsMemberGone(number), "the death is seen");

        UrmaContext second = OpenHere();
        for (int use = 1; use < Uses; use++)
        {
            SharedDirectory.Join(second, Name, Kind, Bound).Dispose();
        }

        using SharedDirectory again = SharedDirectory.Join(second, Name, Kind, Bound);
        Assert.Equal(number, again.Member);
        Assert.False(directory.IsMemberGone(number));
        Assert.False(directory.LooksMemberGone(number));
    }

    [Theory]
    [InlineData((7UL << 32) | 5)]
    [InlineData(7UL << 32)]
    [InlineData(ulong.MaxValue)]
    public async Task A_lock_word_that_is_no_member_holds_nothing(ulong garbage)
    {
        UrmaContext context = OpenHere();
        using SharedDirectory directory = SharedDirectory.Create(context, Name, Kind, 8, static _ => { });
        using (Global.SharedWords view = directory.Map())
        {
            view.StoreRelease(SharedDirectory.LockWord, garbage);
        }

        Assert.True(await Task.Run(() => directory.TryLock(Bound)).WaitAsync(Bound * 2));
        directory.Unlock();
        using Global.SharedWords after = directory.Map();
        Assert.Equal(0UL, after.LoadAcquire<ulong>(SharedDirectory.LockWord));
    }
}
