using System.Runtime.InteropServices;
using Urma.Net.Global;

namespace Urma.Net.Loopback.Tests.Processes;

/// <summary>A lock between real processes, also when they die or are stopped.</summary>
public sealed class GlobalLockTests : ProcessTest
{
    private const int Words = 64;

    [Fact]
    public void Nothing_is_lost_between_four_processes()
    {
        const int Count = 100_000;
        Segment segment = NewLock();
        PeerProcess[] peers = [.. Enumerable.Range(0, 4).Select(i => NewMember(segment, $"p{i}"))];
        Array.ForEach(peers, p => p.Tell($"lock-add id=l on=t count={Count}"));
        foreach (PeerProcess peer in peers)
        {
            PeerReply reply = peer.Await();
            Assert.True(reply.IsOk, reply.Line);
            Assert.Equal(0, reply.Number("disorder"));
            Assert.Equal(0, reply.Number("recovered"));
        }

        Assert.Equal(4L * Count, Word(segment, 0));
    }

    [Fact]
    public void Readers_and_writers_of_four_processes_all_get_in_and_see_whole_values()
    {
        Segment segment = NewLock();
        PeerProcess[] peers = [.. Enumerable.Range(0, 4).Select(i => NewMember(segment, $"p{i}"))];
        // Three mostly read; their reads overlap. The fourth writes a quarter of the time, and all must end.
        for (int i = 0; i < peers.Length; i++)
        {
            peers[i].Tell($"lock-read id=l on=t count=20000 {(i == 3 ? "write" : string.Empty)}");
        }

        Assert.All(peers, p => Assert.Equal(0, p.Await().Number("torn")));
        Assert.Equal(5000, Word(segment, 2));
        Assert.Equal(5000, Word(segment, 3));
    }

    [Fact]
    public void Processes_get_in_in_the_order_in_which_they_came()
    {
        Segment segment = NewLock();
        using GlobalLock here = GlobalLock.Open(segment);
        PeerProcess[] peers = [.. Enumerable.Range(0, 4).Select(i => NewMember(segment, $"p{i}"))];
        for (int round = 0; round < 5; round++)
        {
            GlobalLockLease held = here.Enter(Bounds.Operation);
            foreach (PeerProcess peer in peers)
            {
                ulong before = NextPosition(segment);
                peer.Tell("lock-enter id=l");
                Threads.Until(() => NextPosition(segment) == before + 1, "the peer waits");
            }

            held.Dispose();
            // Each is let out only when it has said that it is in: one that overtakes would hold up this loop for ever.
            long token = held.Token.Value;
            foreach (PeerProcess peer in peers)
            {
                Assert.Equal(++token, peer.Await().Number("token"));
                peer.Ask("lock-exit id=l");
            }

            Array.Reverse(peers);
        }
    }

    [Fact]
    public void A_killed_holder_is_followed_by_one_who_is_told()
    {
        Segment segment = NewLock();
        using GlobalLock here = GlobalLock.Open(segment);
        PeerProcess peer = NewMember(segment);
        long token = peer.Ask("lock-enter id=l").Number("token");
        Assert.False(here.TryEnter(out _));
        peer.Kill();
        using (GlobalLockLease lease = here.Enter(Bounds.Operation))
        {
            Assert.True(lease.IsRecovered);
            Assert.True(lease.Token.Value > token);
        }

        using GlobalLockLease next = here.Enter(Bounds.Operation);
        Assert.False(next.IsRecovered);
    }

    [Fact]
    public void A_killed_waiter_holds_up_nobody_and_nobody_is_told()
    {
        Segment segment = NewLock();
        using GlobalLock here = GlobalLock.Open(segment);
        PeerProcess[] peers = [NewMember(segment, "first"), NewMember(segment, "second"), NewMember(segment, "third")];
        GlobalLockLease held = here.Enter(Bounds.Operation);
        foreach (PeerProcess peer in peers)
        {
            ulong before = NextPosition(segment);
            peer.Tell("lock-enter id=l");
            Threads.Until(() => NextPosition(segment) == before + 1, "the peer waits");
        }

        peers[1].Kill();
        held.Dispose();
        PeerReply first = peers[0].Await();
        peers[0].Ask("lock-exit id=l");
        PeerReply third = peers[2].Await();
        Assert.Equal("False", third["recovered"]);
        Assert.True(third.Number("token") > first.Number("token"));
    }

    [Fact]
    public void A_killed_reader_lets_the_writer_in()
    {
        Segment segment = NewLock();
        using GlobalLock here = GlobalLock.Open(segment);
        PeerProcess peer = NewMember(segment);
        peer.Ask("lock-enter id=l read");
        using (here.EnterRead(Bounds.Operation))
        {
        }

        peer.Kill();
        using GlobalLockLease lease = here.Enter(Bounds.Operation);
        Assert.False(lease.IsRecovered);
    }

    [Fact]
    public void A_stopped_holder_keeps_the_lock_and_is_named()
    {
        Segment segment = NewLock();
        using GlobalLock here = GlobalLock.Open(segment);
        PeerProcess peer = NewMember(segment);
        peer.Ask("lock-enter id=l");
        peer.Stop();
        UrmaException error = Assert.Throws<UrmaException>(() => here.Enter(TimeSpan.FromMilliseconds(500)));
        Assert.Equal(UrmaStatus.TimedOut, error.Status);
        Assert.Contains($"process {peer.Id}", error.Message, StringComparison.Ordinal);
        peer.Continue();
        Assert.Equal("True", peer.Ask("lock-exit id=l")["held"]);
        using GlobalLockLease lease = here.Enter(Bounds.Operation);
        Assert.False(lease.IsRecovered);
    }

    // The first passages are of a lock that is free; later ones of one that is fought for.
    [Theory]
    [InlineData("lock-enter", true)]
    [InlineData("lock-enter:100", true)]
    [InlineData("lock-exit", false)]
    [InlineData("lock-exit:100", false)]
    [InlineData("lock-queue", false)]
    [InlineData("lock-queue:20", false)]
    public void Death_at_any_step_loses_no_count_and_no_turn(string step, bool isTold)
    {
        Segment segment = NewLock();
        using GlobalLock here = GlobalLock.Open(segment);
        PeerProcess other = NewMember(segment, "other");
        PeerProcess victim = NewMember(segment, "victim", step);
        GlobalLockLease held = default;
        if (step.StartsWith("lock-queue", StringComparison.Ordinal))
        {
            held = here.Enter(Bounds.Operation);
        }

        ulong before = NextPosition(segment);
        victim.Tell("lock-add id=l on=t count=2000000000");
        Threads.Until(() => victim.HasExited || NextPosition(segment) > before, "the victim is at work");
        other.Tell("lock-add id=l on=t count=20000");
        held.Dispose();
        // Whoever is alone never queues: this side comes between until the step is reached.
        bool told = false;
        Threads.Until(
            () =>
            {
                using GlobalLockLease between = here.Enter(Bounds.Operation);
                told |= between.IsRecovered;
                return victim.HasExited;
            },
            "the victim has died");
        PeerReply reply = other.Await();
        Assert.True(reply.IsOk, reply.Line);
        Assert.Equal(0, reply.Number("disorder"));
        using GlobalLockLease lease = here.Enter(Bounds.Operation);
        Assert.Equal(isTold, told || lease.IsRecovered || reply.Number("recovered") > 0);
        Assert.True(Word(segment, 0) >= 20_000);
    }

    [Fact]
    public void Death_while_recovering_is_recovered_from()
    {
        Segment segment = NewLock();
        using GlobalLock here = GlobalLock.Open(segment);
        PeerProcess holder = NewMember(segment, "holder");
        PeerProcess helper = NewMember(segment, "helper", "lock-clear");
        holder.Ask("lock-enter id=l");
        holder.Kill();
        helper.Tell("lock-enter id=l");
        helper.AwaitExit();
        using GlobalLockLease lease = here.Enter(Bounds.Operation);
        Assert.True(lease.IsRecovered);
    }

    [Fact]
    public void Who_is_out_of_descriptors_takes_nobody_for_dead()
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                RunOutOfDescriptors();
                return;
            }
            catch (InvalidOperationException error) when (attempt < 4 && error.Message.Contains("Out of memory", StringComparison.Ordinal))
            {
                // The runtime of the peer needed a descriptor itself just then, and ended: that says nothing of locks.
            }
        }
    }

    private void RunOutOfDescriptors()
    {
        Segment segment = NewLock();
        PeerProcess holder = NewMember(segment, "holder");
        PeerProcess waiter = NewMember(segment, "waiter");
        holder.Ask("lock-enter id=l");

        // To give up once loads what needs descriptors to be loaded.
        Segment other = NewLock();
        using GlobalLock held = GlobalLock.Open(other);
        using GlobalLockLease lease = held.Enter(Bounds.Operation);
        waiter.Ask($"import id=u descriptor={Hex(other.Descriptor)} token={other.Token.Value}");
        waiter.Ask("lock id=w on=u");
        Assert.False(waiter.Try("lock-enter id=w timeout=500").IsOk);

        // The runtime ends where it has none at all for a thread; these are too few to connect.
        waiter.Ask("limit-files spare=2");
        PeerReply refused = waiter.Try("lock-enter id=l timeout=500");
        Assert.Contains(nameof(UrmaStatus.TimedOut), refused.Line, StringComparison.Ordinal);
        Assert.Equal("True", holder.Ask("lock-exit id=l")["held"]);

        // With descriptors again it can tell, and does.
        holder.Ask("lock-enter id=l");
        waiter.Ask("limit-files spare=100");
        holder.Kill();
        Assert.Equal("True", waiter.Ask("lock-enter id=l")["recovered"]);
    }

    [Fact]
    public void The_owner_of_the_memory_dies_and_nobody_hangs()
    {
        PeerProcess owner = OpenPeer("owner");
        UrmaContext context = OpenHere();
        TargetSegment target = Import(context, owner);
        GlobalLock.Initialize(target);
        using GlobalLock here = GlobalLock.Open(target);
        GlobalLockLease held = here.Enter(Bounds.Operation);
        owner.Kill();
        Threads.Until(() => target.IsRevoked, "the death is seen");
        Assert.Equal(UrmaStatus.Failed, Assert.Throws<UrmaException>(() => here.Enter(Bounds.Operation)).Status);
        held.Dispose();
    }

    private Segment NewLock()
    {
        Segment segment = Own(OpenHere().AllocateSegment(GlobalLock.Size + Words));
        GlobalLock.Initialize(segment);
        return segment;
    }

    private PeerProcess NewMember(Segment segment, string label = "peer", string? crashAt = null)
    {
        PeerProcess peer = OpenPeer(label, crashAt);
        peer.Ask($"import id=t descriptor={Hex(segment.Descriptor)} token={segment.Token.Value}");
        peer.Ask("lock id=l on=t");
        return peer;
    }

    private static long Word(Segment segment, int index) =>
        Volatile.Read(ref MemoryMarshal.AsRef<long>(segment.AsSpan(GlobalLock.Size + (index * 8), 8)));

    private static ulong NextPosition(Segment segment) =>
        Volatile.Read(ref MemoryMarshal.AsRef<ulong>(segment.AsSpan(GlobalLockLayout.NextOffset, 8)));
}
