namespace Urma.Net.Loopback.Tests.Processes;

/// <summary>Copies between the memories of several processes, also while these take their grants back or die.</summary>
public sealed class XcopyTests : ProcessTest
{
    private const int Length = 8 << 20;

    [Fact]
    public void Bytes_go_round_through_four_processes()
    {
        UrmaContext context = OpenHere();
        PeerProcess[] peers = [.. Enumerable.Range(0, 4).Select(i => OpenPeer($"peer{i}"))];
        TargetSegment[] targets = [.. peers.Select(p => Import(context, p, length: Length))];
        peers[0].Ask("fill id=s value=0");
        peers[0].Ask("fill id=s value=3 offset=100 length=5000");
        for (int i = 0; i < 4; i++)
        {
            context.Global.Xcopy(targets[(i + 1) % 4].GlobalAddress + 1, targets[i].GlobalAddress, Length - 1);
        }

        for (int i = 0; i < 4; i++)
        {
            PeerReply sum = peers[i].Ask($"sum id=s offset={100 + (i == 0 ? 4 : i)} length=5000");
            Assert.Equal("15000", sum["sum"]);
        }
    }

    [Fact]
    public void A_grant_that_ends_under_a_copy_ends_the_copy_and_nothing_else()
    {
        PeerProcess peer = OpenPeer();
        UrmaContext context = OpenHere();
        TargetSegment target = Import(context, peer, length: Length);
        using Segment local = context.AllocateSegment(Length);
        local.AsSpan().Fill(1);
        GlobalAddress far = target.GlobalAddress;
        GlobalMemoryStatus last = GlobalMemoryStatus.Success;
        long copies = 0;
        var copying = new Thread(() =>
        {
            while (last == GlobalMemoryStatus.Success)
            {
                last = context.Global.TryXcopy(far, local.GlobalAddress, Length);
                Interlocked.Increment(ref copies);
            }
        });
        copying.Start();
        Threads.Until(() => Interlocked.Read(ref copies) > 20, "copies run");
        PeerReply fresh = peer.Ask("revoke id=s");
        Assert.True(copying.Join(TimeSpan.FromSeconds(30)));
        Assert.Equal(GlobalMemoryStatus.Revoked, last);

        // Whatever was under way, what the owner writes now stays.
        peer.Ask("fill id=s value=2");
        Assert.Equal(GlobalMemoryStatus.Revoked, context.Global.TryXcopy(far, local.GlobalAddress, Length));
        Assert.Equal((2L * Length).ToString(System.Globalization.CultureInfo.InvariantCulture), peer.Ask("sum id=s")["sum"]);

        using TargetSegment again = context.ImportSegment(fresh.Segment(), fresh.Token());
        context.Global.Xcopy(again.GlobalAddress, local.GlobalAddress, Length);
        Assert.Equal((1L * Length).ToString(System.Globalization.CultureInfo.InvariantCulture), peer.Ask("sum id=s")["sum"]);
    }

    [Fact]
    public void An_owner_that_is_killed_under_copies_is_named_and_the_others_are_not_disturbed()
    {
        UrmaContext context = OpenHere();
        PeerProcess dying = OpenPeer("dying");
        PeerProcess living = OpenPeer("living");
        TargetSegment lost = Import(context, dying, length: Length);
        TargetSegment kept = Import(context, living, length: Length);
        GlobalMemoryStatus toLost = GlobalMemoryStatus.Success;
        GlobalMemoryStatus fromLost = GlobalMemoryStatus.Success;
        long keptCopies = 0;
        bool isTrue = true;
        dying.Ask("fill id=s value=5");
        byte[] read = new byte[Length / 2];
        using var stop = new CancellationTokenSource();
        Thread[] threads =
        [
            new(() =>
            {
                while (toLost == GlobalMemoryStatus.Success)
                {
                    toLost = context.Global.TryXcopy(lost.GlobalAddress, kept.GlobalAddress, Length / 2);
                }
            }),
            new(() =>
            {
                XcopyItem[] items = [.. Enumerable.Range(0, 64).Select(i => new XcopyItem(kept.GlobalAddress + (64 * i), lost.GlobalAddress + (64 * i), 64))];
                var results = new GlobalMemoryStatus[64];
                while (context.Global.XcopyBatch(items, results) == 0)
                {
                }

                fromLost = results[^1];
            }),
            new(() =>
            {
                // Scratch memory that took the owner's place shows zeros: what came from there is no success.
                while (context.Global.TryXcopy(read, lost.GlobalAddress + (Length / 2)) == GlobalMemoryStatus.Success)
                {
                    isTrue &= read.AsSpan().IndexOf((byte)0) < 0;
                }
            }),
            new(() =>
            {
                while (!stop.IsCancellationRequested)
                {
                    context.Global.Xcopy(kept.GlobalAddress + (Length / 2), kept.GlobalAddress, 4096);
                    Interlocked.Increment(ref keptCopies);
                }
            }),
        ];
        Array.ForEach(threads, static t => t.Start());
        Threads.Until(() => Interlocked.Read(ref keptCopies) > 100, "copies run");
        dying.Kill();
        Assert.True(threads[0].Join(TimeSpan.FromSeconds(30)));
        Assert.True(threads[1].Join(TimeSpan.FromSeconds(30)));
        Assert.True(threads[2].Join(TimeSpan.FromSeconds(30)));
        Assert.True(isTrue);
        Assert.Equal(GlobalMemoryStatus.OwnerLost, toLost);
        Assert.Equal(GlobalMemoryStatus.OwnerLost, fromLost);
        long before = Interlocked.Read(ref keptCopies);
        Threads.Until(() => Interlocked.Read(ref keptCopies) > before + 100, "the living one's copies go on");
        stop.Cancel();
        Assert.True(threads[3].Join(TimeSpan.FromSeconds(30)));
        lost.Dispose();
        Assert.Equal(GlobalMemoryStatus.UnknownSpace, context.Global.TryXcopy(lost.GlobalAddress, kept.GlobalAddress, 8));
    }

    [Fact]
    public void A_stopped_owner_is_copied_to_like_any_other()
    {
        PeerProcess peer = OpenPeer();
        UrmaContext context = OpenHere();
        TargetSegment target = Import(context, peer, length: 4096);
        peer.Stop();
        context.Global.Xcopy(target.GlobalAddress, new byte[] { 7 });
        peer.Continue();
        Assert.Equal("7", peer.Ask("sum id=s length=1")["first"]);
    }
}
