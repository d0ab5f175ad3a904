using Urma.Net.Loopback.Tests.Processes;
using Urma.Net.Peer;

namespace Urma.Net.Loopback.Tests.Owning;

/// <summary>Ownership between real processes.</summary>
public sealed class OwnershipTests : OwnershipProcessTest
{
    [Fact]
    public void Four_processes_whose_requests_cross_all_get_through()
    {
        const int Rounds = 25_000;
        Create(new OwnershipDomainOptions { GranuleSize = 64 }, OwnershipChurn.Granules * 64);
        PeerProcess[] peers = [Join(), Join(), Join()];
        for (int i = 0; i < peers.Length; i++)
        {
            peers[i].Tell($"own-churn region=r rounds={Rounds} seed={i + 1} id={i + 1}");
        }

        long added = new PeerReply("ok " + OwnershipChurn.Run(Region, Rounds, 99, 9, CancellationToken.None)).Number("added");
        foreach (PeerProcess peer in peers)
        {
            PeerReply reply = peer.Await();
            Assert.True(reply.IsOk, reply.Line);
            Assert.Equal(0, reply.Number("reclaimed"));
            added += reply.Number("added");
        }

        using OwnershipScope all = Region.AcquireRead(0, Region.Length);
        long sum = 0;
        for (int g = 0; g < OwnershipChurn.Granules; g++)
        {
            sum += all.ReadOnlySpan<long>(g * 64, 1)[0];
        }

        Assert.Equal(added, sum);
    }

    [Fact]
    public void Readers_see_all_that_the_writer_stored_before_it_ended()
    {
        const int Rounds = 1_000_000;
        Create(new OwnershipDomainOptions { GranuleSize = 128 }, 4 * 128);
        PeerProcess reader = Join();
        reader.Tell($"own-litmus region=r rounds={Rounds} role=read");
        OwnershipLitmus.Run(Region, Rounds, writes: true);
        PeerReply reply = reader.Await();
        Assert.True(reply.IsOk, reply.Line);

        // On a machine that is busy they take turns with the scheduler's slices.
        Assert.True(reply.Number("seen") > 3, reply.Line);
    }

    [Fact]
    public void Every_hand_over_carries_what_was_stored()
    {
        const int Turns = 500_000;
        Create(new OwnershipDomainOptions { GranuleSize = 128 }, 5 * 128);
        PeerProcess reader = Join();
        reader.Tell($"own-hand-over region=r turns={Turns}");
        OwnershipHandOver.Run(Region, Turns, writes: true);
        PeerReply reply = reader.Await();
        Assert.True(reply.IsOk, reply.Line);

        // Two hand-overs in each turn, none of which can be left out: the number, and the answer.
        Assert.True(Domain.GetCounters().Switches >= Turns, $"{Domain.GetCounters().Switches} switches.");
    }

    [Fact]
    public void Nobody_starves()
    {
        Create();
        PeerProcess[] peers = [Join(), Join(), Join(), Join(), Join(), Join()];
        foreach (PeerProcess peer in peers)
        {
            peer.Tell("own-compete region=r ms=2000");
        }

        long[] got = [.. peers.Select(p => p.Await().Number("got"))];
        Assert.True(got.Min() * 10 > got.Max(), $"Some got it {got.Max()} times, some {got.Min()} times.");
    }

    [Fact]
    public void Requests_that_collide_are_served_in_the_order_they_came()
    {
        Create();
        PeerProcess[] peers = [Join(), Join(), Join()];
        using (Region.AcquireWrite(0, G))
        {
            for (int i = 0; i < peers.Length; i++)
            {
                peers[i].Ask($"own-hold region=r id=s offset=0 length={G} value={i + 1}");
                WaitForRounds(peers[i]);
            }
        }

        foreach (PeerProcess peer in peers)
        {
            peer.AwaitEvent("held");
            Assert.DoesNotContain(peers, p => p != peer && Region.GetOwnership(0, G) != Ownership.None);
            peer.Ask("own-release id=s");
        }
    }

    [Fact]
    public void A_writer_is_not_held_up_by_readers_that_come_later()
    {
        Create();
        PeerProcess writer = Join();
        PeerProcess reader = Join();
        using (Region.AcquireRead(0, G))
        {
            writer.Ask($"own-hold region=r id=w offset=0 length={G} value=5");
            WaitForRounds(writer);
            reader.Ask($"own-hold region=r id=r offset=0 length={G} read");
            WaitForRounds(reader);
        }

        writer.AwaitEvent("held");
        writer.Ask("own-release id=w");
        reader.AwaitEvent("held");
    }

    [Fact]
    public void A_stopped_holder_is_waited_for_and_named()
    {
        Create();
        PeerProcess peer = Join();
        Hold(peer, $"id=s offset=0 length={G} value=3");
        peer.Stop();
        UrmaException error = Assert.Throws<UrmaException>(() => Region.AcquireWrite(0, G, TimeSpan.FromMilliseconds(300)).Dispose());
        Assert.Equal(UrmaStatus.TimedOut, error.Status);
        Assert.Contains($"process {peer.Id}", error.Message, StringComparison.Ordinal);
        Region.AcquireWrite(G, G).Dispose();
        peer.Continue();
        peer.Ask("own-release id=s");
        using OwnershipScope scope = Region.AcquireRead(0, G);
        Assert.Equal(3, scope.ReadOnlyBytes[0]);
    }

    [Fact]
    public void More_members_than_processors_get_on()
    {
        Create(new OwnershipDomainOptions { GranuleSize = 64 }, OwnershipChurn.Granules * 64);
        PeerProcess[] peers = [.. Enumerable.Range(0, 8).Select(_ => Join())];
        for (int i = 0; i < peers.Length; i++)
        {
            peers[i].Tell($"own-churn region=r rounds=1000 seed={i} id={i + 1}");
        }

        Assert.All(peers, peer =>
        {
            PeerReply reply = peer.Await();
            Assert.True(reply.IsOk, reply.Line);
        });
    }

    private static void WaitForRounds(PeerProcess peer) =>
        Assert.True(SpinWait.SpinUntil(() => peer.Ask("own-counters").Number("rounds") != 0, Bound));
}
