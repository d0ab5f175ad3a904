using Urma.Net.Internal;
using Urma.Net.Loopback.Tests.Processes;

namespace Urma.Net.Loopback.Tests.Owning;

/// <summary>A member is killed at each step of the protocol: what it had is free again, and what it had begun is as it was.</summary>
public sealed class OwnershipDeathTests : OwnershipProcessTest
{
    // Of 24 ranges the member dies at the fifth, so that some are changed and some are not.
    private static readonly string Ranges = string.Join(',', Enumerable.Range(0, 24).Select(i => $"{2 * i * G}:{G}:w"));

    [Theory]
    [InlineData(CrashPoints.OwnershipOrder, 2)]
    [InlineData(CrashPoints.OwnershipPending, 5)]
    [InlineData(CrashPoints.OwnershipHeld, 5)]
    public void In_the_middle_of_a_change(string step, int passage)
    {
        Create();
        PeerProcess friend = Join();
        friend.Ask($"own-set region=r ranges=0:{32 * G}:w");
        PeerProcess victim = Join($"{step}:{passage}");
        victim.Tell($"own-set region=r ranges={2 * 30 * G}:{G}:w");
        victim.Tell($"own-set region=r ranges={Ranges}");
        victim.AwaitExit();
        AssertAllCanBeHad(friend);
    }

    [Theory]
    [InlineData(CrashPoints.OwnershipDrain)]
    [InlineData(CrashPoints.OwnershipQueued)]
    public void While_it_waits(string step)
    {
        Create();
        PeerProcess friend = Join();
        PeerProcess waiting = Join();
        Hold(friend, $"id=s offset=0 length={G} value=4");
        if (step == CrashPoints.OwnershipQueued)
        {
            // The next one finds the granule promised and goes into the queue.
            waiting.Ask($"own-hold region=r id=w offset=0 length={G} value=6");
            Assert.True(SpinWait.SpinUntil(() => waiting.Ask("own-counters").Number("rounds") != 0, Bound));
        }

        PeerProcess victim = Join(step);
        victim.Tell($"own-set region=r ranges={Ranges}");
        victim.AwaitExit();
        Assert.True(SpinWait.SpinUntil(() => Domain.MemberCount == 3, Bound));

        // What it was promised belongs to the holder as before.
        using (Region.AcquireWrite(2 * G, G))
        {
            friend.Ask("own-release id=s");
        }

        if (step == CrashPoints.OwnershipQueued)
        {
            waiting.AwaitEvent("held");
            waiting.Ask("own-release id=w");
        }

        AssertAllCanBeHad(friend);
    }

    [Fact]
    public void With_scopes_open()
    {
        Create();
        PeerProcess friend = Join();
        PeerProcess victim = Join();
        Hold(victim, $"id=s offset=0 length={8 * G} value=1");
        Hold(victim, $"id=t offset={8 * G} length={8 * G} read");
        friend.Tell($"own-set region=r ranges=0:{16 * G}:w");
        victim.Kill();
        Assert.True(friend.Await().IsOk);
        AssertAllCanBeHad(friend);
    }

    [Fact]
    public void While_it_takes_back_what_another_had()
    {
        Create();
        PeerProcess friend = Join();
        PeerProcess first = Join();
        Hold(first, $"id=s offset=0 length={32 * G} value=1");

        // The creator clears away whoever dies, so both must: it dies by the same step in the test of the creator's death.
        PeerProcess second = Join(CrashPoints.OwnershipReclaim + ":5");
        second.Tell($"own-set region=r ranges=0:{G}:w");
        first.Kill();
        friend.Ask($"own-set region=r ranges={Ranges}");
        second.Kill();
        AssertAllCanBeHad(friend);
    }

    [Fact]
    public void While_it_makes_a_region()
    {
        Create(new OwnershipDomainOptions { Capacity = 128 * G });
        PeerProcess victim = Join(CrashPoints.OwnershipRegion);
        PeerProcess maker = Join(CrashPoints.OwnershipRegion + ":2");
        victim.Tell("own-make region=x length=4096");
        victim.AwaitExit();
        maker.Ask("own-make region=x length=4096");
        Domain.OpenRegion("x").AcquireWrite(0, 8).Dispose();
        Assert.Equal(UrmaStatus.Exists, Assert.Throws<UrmaException>(() => Domain.CreateRegion("x", 1)).Status);
    }

    [Fact]
    public void Places_of_the_dead_are_given_to_new_members()
    {
        Create();
        for (int i = 0; i < 3; i++)
        {
            PeerProcess peer = Join();
            Hold(peer, $"id=s offset=0 length={G} value=1");
            peer.Kill();
            Assert.True(SpinWait.SpinUntil(() => Domain.MemberCount == 1, Bound));
        }

        Region.AcquireWrite(0, G).Dispose();
        Assert.Equal(3, Domain.GetCounters().Reclaimed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void When_the_creator_dies_members_are_told_and_nothing_hangs(bool whileWaiting)
    {
        PeerProcess creator = OpenPeer("creator");
        PeerReply created = creator.Ask("own-create name=foreign");
        using OwnershipDomain domain = OwnershipDomain.Join(OpenHere(), "foreign", created.Token(), Bound);
        SharedRegion region = domain.CreateRegion("r", 8 * G);
        region.AcquireWrite(G, G).Dispose();
        if (whileWaiting)
        {
            Hold(creator, $"id=s offset=0 length={G} value=1");
            using var killer = new Timer(_ => Posix.Signal(creator.Id, Posix.Kill), null, 200, Timeout.Infinite);
            AssertGone(Assert.Throws<UrmaException>(() => region.AcquireWrite(0, G).Dispose()));
        }

        creator.Kill();
        Assert.True(SpinWait.SpinUntil(() => Record.Exception(() => region.AcquireWrite(G, G).Dispose()) is not null, Bound));
        AssertGone(Assert.Throws<UrmaException>(() => region.AcquireWrite(G, G).Dispose()));
        AssertGone(Assert.Throws<UrmaException>(() => domain.SetOwnership(OwnershipChange.Whole(region, Ownership.Write))));
        AssertGone(Assert.Throws<UrmaException>(() => domain.OpenRegion("r")));

        static void AssertGone(UrmaException error) => Assert.Contains("created it died", error.Message, StringComparison.Ordinal);
    }

    private void AssertAllCanBeHad(PeerProcess friend)
    {
        friend.Ask($"own-set region=r ranges=0:{64 * G}:w");
        using (Region.AcquireWrite(0, 64 * G))
        {
        }

        friend.Ask($"own-set region=r ranges=0:{64 * G}:r");
        Assert.Equal(Ownership.Read, Region.GetOwnership(0, 64 * G));
    }
}
