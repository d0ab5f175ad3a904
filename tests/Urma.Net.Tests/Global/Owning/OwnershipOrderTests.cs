using System.Diagnostics;

namespace Urma.Net.Tests.Global.Owning;

/// <summary>The order of a domain while its holder stands still.</summary>
public sealed class OwnershipOrderTests
{
    private const int G = 4096;

    [Fact]
    public void Cancelling_ends_the_wait_for_the_order()
    {
        using var two = new TwoMembers();
        using var view = new SharedDirectoryView(two);
        view.Directory.Order = view.WordOf(0);
        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        long begin = Stopwatch.GetTimestamp();
        Assert.Throws<OperationCanceledException>(() => two.Joiner.SetOwnership(
            OwnershipChange.Whole(two.Theirs, Ownership.Write), TwoMembers.Bound, cancelled.Token));
        Assert.True(Stopwatch.GetElapsedTime(begin) < TwoMembers.Bound / 2);
        view.Directory.Order = 0;
        two.Theirs.AcquireWrite(0, G).Dispose();
    }

    [Fact]
    public void It_is_given_back_when_it_is_handed_over_to_who_gave_up_long_ago()
    {
        using var two = new TwoMembers();
        using var view = new SharedDirectoryView(two);
        view.Directory.Order = view.WordOf(0);
        var gaveUp = new Thread(() => Assert.Throws<UrmaException>(() => two.Theirs.AcquireWrite(0, G, TimeSpan.FromMilliseconds(200)).Dispose()));
        gaveUp.Start();

        // Its holder is stopped between these two steps.
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref view.Directory.Hungry) == 2, TwoMembers.Bound));
        Interlocked.And(ref view.Directory.Hungry, ~2ul);
        Assert.True(gaveUp.Join(TwoMembers.Bound));
        Thread.Sleep(1500);
        Volatile.Write(ref view.Directory.Order, view.WordOf(1));

        two.Mine.AcquireWrite(0, G, TwoMembers.Bound / 3).Dispose();
    }

    [Fact]
    public void Leaving_ends_the_waits_of_other_threads_first()
    {
        using var two = new TwoMembers();
        Exception? error = null;
        var waiter = new Thread(() => error = Record.Exception(() => two.Theirs.AcquireWrite(0, G, TwoMembers.Bound).Dispose()));
        using (two.Mine.AcquireWrite(0, G))
        {
            waiter.Start();
            Assert.True(SpinWait.SpinUntil(() => two.Joiner.GetCounters().Rounds == 1, TwoMembers.Bound));
            two.Joiner.Dispose();
            Assert.True(waiter.Join(TwoMembers.Bound / 2));
            Assert.Equal(Ownership.Write, two.Mine.GetOwnership(0, G));
        }

        Assert.IsType<ObjectDisposedException>(error);
        Assert.Equal(1, two.Creator.MemberCount);
    }

    [Fact]
    public void What_an_open_scope_of_a_member_that_left_stores_reaches_nobody()
    {
        using var two = new TwoMembers();
        OwnershipScope late = two.Theirs.AcquireWrite(0, G);
        two.Joiner.Dispose();
        using OwnershipScope mine = two.Mine.AcquireWrite(0, G);
        late.Bytes.Fill(9);
        late.Dispose();
        Assert.Equal(0, mine.Bytes[0]);
        Assert.Throws<UrmaException>(() =>
        {
            using UrmaContext context = UrmaContext.Open(two.Fabric);
            using OwnershipDomain third = OwnershipDomain.Join(context, "domain", two.Creator.Token, TwoMembers.Bound);
            third.OpenRegion("region").AcquireWrite(0, G, TimeSpan.FromMilliseconds(50)).Dispose();
        });
    }
}
