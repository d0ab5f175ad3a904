using System.Runtime.InteropServices;

namespace Urma.Net.Loopback.Tests.Processes;

/// <summary>The three modes between two real processes.</summary>
public sealed class TwoProcessTests : ProcessTest
{
    [Fact]
    public void Stores_and_writes_reach_the_other_process_and_back()
    {
        PeerProcess peer = OpenPeer();
        Endpoint endpoint = NewEndpoint();
        TargetSegment target = Import(endpoint.Context, peer);
        using (SegmentView view = target.Map())
        {
            view.Bytes(0, 65536).Fill(3);
        }

        Assert.Equal(3 * 65536, peer.Ask("sum id=s").Number("sum"));
        endpoint.Memory.AsSpan().Fill(5);
        endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(), target.At(0, 65536)));
        Assert.Equal(5 * 65536, peer.Ask("sum id=s").Number("sum"));

        peer.Ask("fill id=s value=7");
        endpoint.Succeed(WorkRequest.Read(endpoint.Memory.Range(), target.At(0, 65536)));
        Assert.Equal(-1, endpoint.Memory.AsSpan().IndexOfAnyExcept((byte)7));
        Assert.Equal(7, target.Map().LoadAcquire<int>(0) & 0xFF);

        using Segment mine = endpoint.Context.AllocateSegment(8192);
        peer.Ask($"import id=t descriptor={Hex(mine.Descriptor)} token={mine.Token.Value}");
        peer.Ask("view-fill id=t value=9");
        Assert.Equal(-1, mine.AsSpan().IndexOfAnyExcept((byte)9));
        peer.Ask("jetty id=j");
        Assert.Equal("Success", peer.Ask("write id=j to=t offset=8184 length=8 value=1")["status"]);
        Assert.Equal("RemoteAccessAbort", peer.Ask("write id=j to=t offset=8185 length=8 value=2")["status"]);
        Assert.Equal(8184, mine.AsSpan().IndexOf((byte)1));
        Assert.Equal(-1, mine.AsSpan().IndexOf((byte)2));
    }

    [Fact]
    public void Messages_go_and_come_back()
    {
        PeerProcess peer = OpenPeer();
        Endpoint endpoint = NewEndpoint();
        LetReach(peer, endpoint);
        PeerReply jetty = peer.Ask("jetty id=echo");
        using TargetJetty target = endpoint.Context.ImportJetty(jetty.Jetty(), jetty.Token());
        peer.Ask("echo id=echo to=t");
        for (int i = 0; i < 2000; i++)
        {
            int length = i % 129;
            Pattern.Fill(endpoint.Memory.AsSpan(0, length), (ulong)i);
            endpoint.PostReceive(4096, 128);
            endpoint.Succeed(WorkRequest.Send(target, endpoint.Memory.Range(0, length)));
            Assert.Equal(length, endpoint.ReceiveJfc.NextSuccess().ByteCount);
            Pattern.Verify(endpoint.Memory.AsSpan(4096, length), (ulong)i);
        }
    }

    [Fact]
    public void Names_and_tokens_cross_processes()
    {
        PeerProcess peer = OpenPeer();
        UrmaContext context = OpenHere();
        peer.Ask("publish name=from-peer value=0102FF");
        Assert.Equal([1, 2, 0xFF], context.Lookup("from-peer", Bounds.Operation));
        using (context.Publish("from-here", [9, 8]))
        {
            Assert.Equal("0908", peer.Ask("lookup name=from-here")["value"]);
            Assert.Contains("Exists", peer.Try("publish name=from-here value=00").Line, StringComparison.Ordinal);
        }

        using Segment segment = context.AllocateSegment(64);
        Assert.Contains(
            nameof(UrmaStatus.OperationNotPermitted),
            peer.Try($"import id=t descriptor={Hex(segment.Descriptor)} token={segment.Token.Value ^ 1}").Line,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_kernel_enforces_read_only_segments()
    {
        PeerProcess peer = OpenPeer();
        UrmaContext context = OpenHere();
        using Segment segment = context.AllocateSegment(4096, new SegmentOptions { Access = SegmentAccess.Read });
        segment.AsSpan().Fill(6);
        peer.Ask($"import id=t descriptor={Hex(segment.Descriptor)} token={segment.Token.Value}");

        const long PermissionDenied = 13;
        Assert.Equal(PermissionDenied, peer.Ask("unprotect id=t").Number("errno"));
        peer.Tell("raw-store id=t offset=100 value=1");
        Assert.NotEqual(0, peer.AwaitExit());

        Assert.Equal(-1, segment.AsSpan().IndexOfAnyExcept((byte)6));
    }

    [Fact]
    public void A_revoked_process_keeps_running_and_changes_nothing_any_more()
    {
        PeerProcess peer = OpenPeer();
        UrmaContext context = OpenHere();
        using Segment segment = context.AllocateSegment(1 << 20);
        peer.Ask($"import id=t descriptor={Hex(segment.Descriptor)} token={segment.Token.Value}");
        peer.Ask("hammer id=t value=1");
        peer.AwaitEvent("hammering");
        Threads.Until(() => segment.AsSpan()[^1] == 1, "the peer writes");

        segment.Revoke();
        segment.AsSpan().Fill(2);

        Assert.Equal("RemoteAccessAbort", peer.AwaitEvent("hammered")["status"]);
        Assert.Equal("True", peer.Ask("view-fill-revoked id=t value=3")["revoked"]);
        Assert.Equal(-1, segment.AsSpan().IndexOfAnyExcept((byte)2));
    }

    [Fact]
    public void Atomics_of_two_processes_and_the_owner_add_up()
    {
        PeerProcess[] peers = [OpenPeer("one"), OpenPeer("other")];
        Endpoint endpoint = NewEndpoint();
        using Segment segment = endpoint.Context.AllocateSegment(64);
        const int Rounds = 100_000;
        foreach (PeerProcess peer in peers)
        {
            peer.Ask($"import id=t descriptor={Hex(segment.Descriptor)} token={segment.Token.Value}");
            peer.Ask("jetty id=j");
        }

        foreach (PeerProcess peer in peers)
        {
            peer.Tell($"add id=j to=t count={Rounds}");
        }

        using (SegmentView view = segment.Map())
        {
            for (int i = 0; i < Rounds; i++)
            {
                view.FetchAdd(0, 1L);
            }
        }

        Assert.All(peers, peer => Assert.True(peer.Await().IsOk));
        Assert.Equal(3L * Rounds, MemoryMarshal.Read<long>(segment.AsSpan(0, 8)));
    }
}
