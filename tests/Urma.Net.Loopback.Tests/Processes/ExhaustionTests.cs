using System.Globalization;
using System.Text;

namespace Urma.Net.Loopback.Tests.Processes;

/// <summary>What runs out is named, and what worked before goes on working.</summary>
public sealed class ExhaustionTests : ProcessTest
{
    [Fact]
    public void Without_descriptors_new_segments_are_refused_by_name()
    {
        PeerProcess peer = OpenPeer();
        Endpoint endpoint = NewEndpoint();
        TargetSegment target = Import(endpoint.Context, peer);
        PeerReply jetty = peer.Ask("jetty id=j");
        peer.Ask("limit-files spare=8");

        PeerReply made = peer.Ask("segments id=x count=100 length=4096");

        Assert.InRange(made.Number("made"), 1, 8);
        Assert.Equal(nameof(UrmaStatus.OutOfMemory), made["status"]);
        AssertSpeaksOfDescriptors(Encoding.UTF8.GetString(Convert.FromHexString(made["message"])));
        PeerReply refused = peer.Try("jetty id=k");
        Assert.False(refused.IsOk);
        AssertSpeaksOfDescriptors(refused.Line);

        // What there was still works, and room that is made is used.
        endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(0, 8), target.At(0, 8)));
        peer.Ask("drop-segment id=x0");
        peer.Ask("segment id=y length=4096");
        Assert.NotEmpty(jetty["token"]);
    }

    [Fact]
    public void Without_descriptors_an_import_is_refused_by_name_and_costs_nothing_else()
    {
        PeerProcess peer = OpenPeer();
        UrmaContext context = OpenHere();
        bool lost = false;
        context.PeerLost += (_, _) => lost = true;
        using Segment segment = context.AllocateSegment(4096);
        string import = $"import id=t descriptor={Hex(segment.Descriptor)} token={segment.Token.Value}";
        peer.Ask(import);
        peer.Ask("limit-files spare=0");
        PeerReply reply = peer.Try(import);
        Assert.StartsWith("error UrmaException", reply.Line, StringComparison.Ordinal);
        Assert.Contains(nameof(UrmaStatus.OutOfMemory), reply.Line, StringComparison.Ordinal);
        AssertSpeaksOfDescriptors(reply.Line);
        peer.Ask("view-fill id=t value=1");
        Assert.Equal(-1, segment.AsSpan().IndexOfAnyExcept((byte)1));

        peer.Ask("limit-files spare=100");
        peer.Ask(import);
        peer.Ask("view-fill id=t value=2");
        Assert.Equal(-1, segment.AsSpan().IndexOfAnyExcept((byte)2));
        Assert.False(lost);
    }

    [Fact]
    public void Without_descriptors_a_context_cannot_be_opened()
    {
        PeerProcess peer = Own(PeerProcess.Start());
        peer.Ask($"open on={Fabric}");
        peer.Ask("close");
        peer.Ask("limit-files spare=1");
        PeerReply reply = peer.Try($"open on={Fabric}");
        Assert.StartsWith("error UrmaException", reply.Line, StringComparison.Ordinal);
        AssertSpeaksOfDescriptors(reply.Line);
        peer.Ask("limit-files spare=100");
        peer.Ask($"open on={Fabric}");
    }

    [Fact]
    public void An_owner_without_descriptors_turns_newcomers_away_and_keeps_its_peers()
    {
        PeerProcess peer = OpenPeer();
        Endpoint endpoint = NewEndpoint();
        TargetSegment target = Import(endpoint.Context, peer);
        PeerReply segment = peer.Ask("segment id=more length=4096");
        peer.Ask("limit-files spare=0");

        using UrmaContext stranger = Harness.Open(new UrmaContextOptions { ControlTimeout = TimeSpan.FromSeconds(1) });
        Assert.Throws<UrmaException>(() => stranger.ImportSegment(segment.Segment(), segment.Token()));

        endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(0, 8), target.At(0, 8)));
        Assert.False(target.IsRevoked);
        peer.Ask("limit-files spare=100");
        Threads.Until(
            () =>
            {
                try
                {
                    stranger.ImportSegment(segment.Segment(), segment.Token()).Dispose();
                    return true;
                }
                catch (UrmaException)
                {
                    return false;
                }
            },
            "the newcomer is let in");
    }

    [Fact]
    public void Little_lockable_memory_does_not_matter()
    {
        PeerProcess peer = Own(PeerProcess.Start());
        peer.Ask("limit-locked bytes=65536");
        peer.Ask($"open on={Fabric}");
        Endpoint endpoint = NewEndpoint();
        TargetSegment target = Import(endpoint.Context, peer, length: 16 << 20);
        endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(), target.At((16 << 20) - 65536, 65536)));
        LetReach(peer, endpoint);
        endpoint.PostReceive(0, 64);
        peer.Ask("send id=j to=t");
        endpoint.ReceiveJfc.NextSuccess();
    }

    [SkippableFact]
    public void A_small_shared_memory_file_system_does_not_matter()
    {
        Skip.IfNot(Posix.IsRoot, "Mounting a small /dev/shm needs root.");
        string script = "mount -t tmpfs -o size=64m tmpfs /dev/shm && exec \"$@\"";
        PeerProcess peer = Own(PeerProcess.Launch(null, "unshare", "-m", "sh", "-c", script, "sh"));
        Skip.IfNot(peer.TryAwait(out _), "This machine does not allow mounts in a namespace of their own.");
        peer.Ask($"open on={Fabric}");
        UrmaContext context = OpenHere();
        using TargetSegment target = Import(context, peer, length: 200 << 20);
        peer.Ask("fill id=s offset=0 length=209715200 value=1");
        Assert.Equal(1, target.Map().LoadAcquire<int>((200 << 20) - 4) & 0xFF);
    }

    [SkippableFact]
    public void A_memory_cgroup_without_room_refuses_instead_of_killing()
    {
        const long Limit = 300L << 20;
        using var group = MemoryCgroup.TryCreate(Limit);
        Skip.If(group is null, "A memory cgroup cannot be made here (needs root and a writable cgroup file system).");
        PeerProcess peer = Own(PeerProcess.Start());
        peer.Ask($"join-cgroup path={group!.Path}");
        peer.Ask($"open on={Fabric}");
        peer.Ask("segment id=small length=1048576");

        PeerReply made = peer.Ask($"segments id=big count=1 length={(Limit * 2).ToString(CultureInfo.InvariantCulture)}");

        Assert.Equal((0, nameof(UrmaStatus.OutOfMemory)), (made.Number("made"), made["status"]));
        string message = Encoding.UTF8.GetString(Convert.FromHexString(made["message"]));
        Assert.Contains("cgroup", message, StringComparison.OrdinalIgnoreCase);
        peer.Ask("segment id=another length=1048576");
        UrmaContext context = OpenHere();
        using TargetSegment target = Import(context, peer, "third", 1 << 20);
        Assert.Equal(1 << 20, target.Length);
    }

    private static void AssertSpeaksOfDescriptors(string message) => Assert.True(
        message.Contains("descriptor", StringComparison.OrdinalIgnoreCase) || message.Contains("nofile", StringComparison.OrdinalIgnoreCase)
            || message.Contains("ulimit", StringComparison.OrdinalIgnoreCase),
        $"The message does not say that descriptors ran out: {message}");
}
