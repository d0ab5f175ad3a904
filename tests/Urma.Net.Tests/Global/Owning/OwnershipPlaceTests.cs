using System.Runtime.InteropServices;
using Urma.Net.Global;

namespace Urma.Net.Tests.Global.Owning;

/// <summary>A member's place is one member's: whoever was overtaken finds out.</summary>
public sealed unsafe class OwnershipPlaceTests
{
    private const int G = 4096;

    [Fact]
    public void Who_is_overtaken_while_joining_spoils_nothing()
    {
        using UrmaContext context = UrmaContext.Open($"loopback://{Guid.NewGuid():n}");
        using var slow = new Presence(context);
        using var fast = new Presence(context);
        var record = new MemberRecord((byte*)NativeMemory.AllocZeroed(DirectoryLayout.MemberSize));
        Assert.True(record.TryClaim(0, out uint claimed));
        Assert.True(record.TryClaim(claimed, out uint replaced));
        Assert.True(record.TryJoin(replaced, fast.ToArray(), Environment.ProcessId, out uint joined));

        Assert.False(record.TryJoin(claimed, slow.ToArray(), Environment.ProcessId, out uint late));
        Assert.Equal(joined, record.Identity);
        Assert.False(record.TryVacate(late));
        byte[] expected = new byte[Presence.Size];
        fast.WriteTo(expected);
        Assert.Equal(expected, Read(record, joined));
        Assert.Null(Read(record, late));

        Assert.True(record.TryVacate(joined));
        Assert.True(record.TryClaim(record.Identity, out uint next));
        Assert.NotEqual(replaced, next);

        static byte[]? Read(MemberRecord record, uint identity)
        {
            byte[] presence = new byte[Presence.Size];
            return record.TryRead(identity, presence, out int process) && process == Environment.ProcessId ? presence : null;
        }
    }

    [Fact]
    public void What_somebody_wrote_over_a_member_does_not_make_it_dead()
    {
        using var two = new TwoMembers();
        using var view = new SharedDirectoryView(two);
        two.Theirs.AcquireWrite(0, G).Dispose();
        using var presence = new Presence(view.Context);
        using var members = new OwnershipMembers(view.Context, view.Directory, presence);
        new Span<byte>((byte*)view[1].Signal - 240, 240).Clear();
        Assert.False(view[1].TryRead(view[1].Identity, new byte[Presence.Size], out _));
        Assert.False(members.Look(1));
        Assert.Equal(Ownership.Write, two.Theirs.GetOwnership(0, G));
        two.Mine.AcquireWrite(0, G).Dispose();
    }

    [Fact]
    public void Who_was_taken_for_dead_is_told_and_holds_nobody_up()
    {
        using var two = new TwoMembers();
        using var view = new SharedDirectoryView(two);
        two.Theirs.AcquireWrite(0, G).Dispose();
        OwnershipScope late = two.Theirs.AcquireWrite(4 * G, G);
        Assert.True(view[1].TryVacate(view[1].Identity));
        AssertTold(() => two.Theirs.OpenWrite(0, G).Dispose());
        AssertTold(() => two.Theirs.AcquireWrite(2 * G, G).Dispose());
        AssertTold(() => two.Joiner.SetOwnership(OwnershipChange.Whole(two.Theirs, Ownership.Write)));
        AssertTold(() => two.Joiner.CreateRegion("x", 1));
        two.Mine.AcquireWrite(0, 2 * G, TwoMembers.Bound).Dispose();

        using UrmaContext context = UrmaContext.Open(two.Fabric);
        using OwnershipDomain again = OwnershipDomain.Join(context, "domain", two.Creator.Token, TwoMembers.Bound);
        using (again.OpenRegion("region").AcquireWrite(0, 16 * G))
        {
            late.Dispose();
            Assert.Throws<UrmaException>(() => two.Mine.AcquireWrite(4 * G, G, TimeSpan.FromMilliseconds(50)).Dispose());
            two.Joiner.Dispose();
            Assert.Equal(2, two.Creator.MemberCount);
            Assert.Throws<UrmaException>(() => two.Mine.AcquireWrite(0, G, TimeSpan.FromMilliseconds(50)).Dispose());
        }

        static void AssertTold(Action call) => Assert.Contains("took it for dead", Assert.Throws<UrmaException>(call).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Places_of_members_that_died_unnoticed_are_given_away_when_it_is_full()
    {
        using var two = new TwoMembers();
        using var view = new SharedDirectoryView(two);
        using (UrmaContext dying = UrmaContext.Open(two.Fabric))
        {
            var presence = new Presence(dying);
            for (int i = 2; i < DirectoryLayout.MaxMembers; i++)
            {
                Assert.True(view[i].TryClaim(view[i].Identity, out uint claimed));
                Assert.True(view[i].TryJoin(claimed, presence.ToArray(), Environment.ProcessId, out _));
            }
        }

        Assert.Equal(DirectoryLayout.MaxMembers, two.Creator.MemberCount);
        using UrmaContext context = UrmaContext.Open(two.Fabric);
        using OwnershipDomain next = OwnershipDomain.Join(context, "domain", two.Creator.Token, TwoMembers.Bound);
        next.OpenRegion("region").AcquireWrite(0, G).Dispose();
    }

    [Fact]
    public void Pins_of_a_member_that_left_show_no_more()
    {
        using var two = new TwoMembers();
        using var view = new SharedDirectoryView(two);
        var pins = new LocalPins(view.Directory, 5);
        pins.Add(0);
        Assert.Equal(1ul << 5, view.Directory.Granules[0].Pins);
        pins.Silence();
        view.Directory.Granules[0].Pins = 1ul << 5;
        Assert.True(pins.Remove(0));
        pins.Add(1);
        Assert.Equal(1ul << 5, view.Directory.Granules[0].Pins);
        Assert.Equal(0ul, view.Directory.Granules[1].Pins);
        view.Directory.Granules[0].Pins = 0;
    }

    [Fact]
    public void Suspecting_somebody_again_allocates_nothing()
    {
        using var two = new TwoMembers();
        using var view = new SharedDirectoryView(two);
        using var presence = new Presence(view.Context);
        using var members = new OwnershipMembers(view.Context, view.Directory, presence);

        // A thread that is held up between two calls may suspect rightly again.
        Assert.Contains(Enumerable.Range(0, 20), _ =>
        {
            members.Suspect(2);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                members.Suspect(2);
            }

            return GC.GetAllocatedBytesForCurrentThread() == before;
        });
    }
}
