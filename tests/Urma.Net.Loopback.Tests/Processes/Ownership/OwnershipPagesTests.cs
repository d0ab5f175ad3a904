using Urma.Net.Internal;
using Urma.Net.Loopback.Tests.Processes;
using Urma.Net.Peer;

namespace Urma.Net.Loopback.Tests.Owning;

/// <summary>With page protection, the processor keeps a member from what it does not own.</summary>
public sealed class OwnershipPagesTests : OwnershipProcessTest
{
    private static readonly OwnershipDomainOptions Pages = new() { Enforcement = OwnershipEnforcement.PageProtection };

    [Theory]
    [InlineData("never owned")]
    [InlineData("taken away")]
    [InlineData("read only")]
    [InlineData("given back")]
    public void A_store_by_who_does_not_own_it_ends_the_process(string how)
    {
        Create(Pages);
        PeerProcess peer = Join();
        peer.Ask($"own-set region=r ranges={G}:{G}:w");
        peer.Ask($"own-raw-store region=r offset={G} value=1");
        switch (how)
        {
            case "taken away":
                peer.Ask($"own-set region=r ranges=0:{G}:w");
                peer.Ask("own-raw-store region=r offset=0 value=1");
                Region.AcquireWrite(0, G).Dispose();
                break;
            case "read only":
                peer.Ask($"own-set region=r ranges=0:{G}:w");
                Region.AcquireRead(0, G).Dispose();
                Assert.Equal(0, peer.Ask("own-read region=r offset=0 length=8").Number("first"));
                break;
            case "given back":
                peer.Ask($"own-set region=r ranges=0:{G}:w");
                peer.Ask($"own-set region=r ranges=0:{G}:n");
                break;
        }

        peer.Tell("own-raw-store region=r offset=0 value=9");
        Assert.NotEqual(0, peer.AwaitExit());
        using OwnershipScope all = Region.AcquireRead(0, 2 * G);
        Assert.NotEqual(9, all.ReadOnlyBytes[0]);
        Assert.Equal(1, all.ReadOnlyBytes[G]);
    }

    [Fact]
    public void Ownership_goes_back_and_forth_and_so_does_the_data()
    {
        Create(Pages);
        PeerProcess peer = Join();
        for (int i = 0; i < 50; i++)
        {
            using (OwnershipScope mine = Region.AcquireWrite(0, 16 * G))
            {
                mine.Bytes.Fill((byte)i);
            }

            PeerReply read = peer.Ask($"own-read region=r offset=0 length={16 * G}");
            Assert.Equal((i, "True"), ((int)read.Number("first"), read["same"]));
            peer.Ask($"own-set region=r ranges={string.Join(',', Enumerable.Range(0, 8).Select(k => $"{2 * k * G}:{G}:w"))}");
            Assert.Equal(Ownership.Read, Region.GetOwnership(G, G));
            Assert.Equal(Ownership.None, Region.GetOwnership(0, G));
        }
    }

    [Fact]
    public void A_scope_keeps_its_pages_and_a_request_that_gives_up_gives_them_back()
    {
        Create(Pages);
        PeerProcess peer = Join(timeout: 300);
        Region.AcquireWrite(0, 4 * G).Dispose();
        using (OwnershipScope mine = Region.OpenWrite(G, G))
        {
            PeerReply refused = peer.Try($"own-set region=r ranges=0:{4 * G}:w");
            Assert.False(refused.IsOk);
            Assert.Contains($"process {Environment.ProcessId}", refused.Line, StringComparison.Ordinal);
            mine.Bytes.Fill(5);
        }

        // Those that were lowered for the request come back when they are opened.
        using OwnershipScope all = Region.OpenWrite(0, 4 * G);
        all.Bytes.Fill(6);
    }

    [Fact]
    public void A_stopped_member_is_slow_not_dead()
    {
        Create(Pages);
        PeerProcess peer = Join();
        peer.Ask($"own-set region=r ranges=0:{4 * G}:w");
        peer.Stop();
        UrmaException error = Assert.Throws<UrmaException>(() => Region.AcquireWrite(0, G, TimeSpan.FromMilliseconds(300)).Dispose());
        Assert.Equal(UrmaStatus.TimedOut, error.Status);
        Assert.Contains($"process {peer.Id}", error.Message, StringComparison.Ordinal);
        Region.AcquireWrite(8 * G, G).Dispose();
        peer.Continue();
        Region.AcquireWrite(0, G).Dispose();
    }

    [Theory]
    [InlineData(CrashPoints.OwnershipLowered)]
    [InlineData(null)]
    public void A_member_that_dies_with_its_pages_open_is_not_waited_for(string? step)
    {
        Create(Pages);
        PeerProcess friend = Join();
        PeerProcess victim = Join(step);
        victim.Ask($"own-set region=r ranges=0:{8 * G}:w");
        victim.Stop();
        friend.Tell($"own-set region=r ranges=0:{4 * G}:w");
        if (step is null)
        {
            victim.Kill();
        }
        else
        {
            victim.Continue();
            victim.AwaitExit();
        }

        Assert.True(friend.Await().IsOk);
        Region.AcquireWrite(0, 16 * G).Dispose();
    }

    [Fact]
    public void Processes_whose_requests_cross_all_get_through()
    {
        const int Rounds = 1000;
        Create(Pages, OwnershipChurn.Granules * G);
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
            added += reply.Number("added");
        }

        using OwnershipScope all = Region.AcquireRead(0, Region.Length);
        long sum = 0;
        for (int g = 0; g < OwnershipChurn.Granules; g++)
        {
            sum += all.ReadOnlySpan<long>(g * G, 1)[0];
        }

        Assert.Equal(added, sum);
    }
}
