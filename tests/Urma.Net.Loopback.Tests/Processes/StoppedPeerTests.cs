namespace Urma.Net.Loopback.Tests.Processes;

/// <summary>A peer that is stopped is slow, not dead.</summary>
public sealed class StoppedPeerTests : ProcessTest
{
    private static readonly TimeSpan Stopped = TimeSpan.FromSeconds(1.5);

    [Fact]
    public void Work_that_needs_none_of_its_code_goes_on()
    {
        PeerProcess peer = OpenPeer();
        Endpoint endpoint = NewEndpoint();
        bool lost = false;
        endpoint.Context.PeerLost += (_, _) => lost = true;
        TargetSegment memory = Import(endpoint.Context, peer);
        TargetJetty target = Reach(endpoint, peer);
        peer.Ask("offer id=j count=40 length=64");
        // The first message too long for its entry maps the receiver's buffers, which the receiver must allow.
        endpoint.Succeed(WorkRequest.Send(target, endpoint.Memory.Range(0, 60)));
        peer.Stop();

        for (int i = 0; i < 39; i++)
        {
            endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(0, 64), memory.At(i * 64, 64)));
            endpoint.Succeed(WorkRequest.Send(target, endpoint.Memory.Range(0, i)));
        }

        // The queue is full now: this one waits, as for any slow receiver.
        endpoint.Post(WorkRequest.Send(target, endpoint.Memory.Range(0, 8), 99));
        Assert.False(endpoint.SendJfc.WaitUntilReady(Stopped));
        Assert.Null(target.Fault);
        Assert.False(memory.IsRevoked);
        Assert.False(lost);

        peer.Continue();
        for (int i = 0; i < 40; i++)
        {
            Assert.Equal("Success", peer.Ask("receive id=j")["status"]);
        }

        peer.Ask("offer id=j count=1 length=64");
        Assert.Equal(99ul, endpoint.SendJfc.NextSuccess().UserContext);
    }

    [Theory]
    [InlineData(long.MaxValue, 60_000)]
    [InlineData(long.MaxValue, 300)]
    [InlineData(64, 60_000)]
    [InlineData(64, 300)]
    public void A_message_whose_buffer_it_has_not_granted_yet_waits(long engineThreshold, int controlTimeout)
    {
        PeerProcess peer = OpenPeer();
        UrmaContext context = OpenHere(new UrmaContextOptions { ControlTimeout = TimeSpan.FromMilliseconds(controlTimeout) });
        Endpoint endpoint = Own(new Endpoint(context, new EndpointShape { EngineThreshold = engineThreshold }));
        TargetJetty target = Reach(endpoint, peer);
        peer.Ask("offer id=j count=3 length=100");
        endpoint.Succeed(WorkRequest.Send(target, endpoint.Memory.Range(0, 8)));
        peer.Stop();
        long start = Environment.TickCount64;
        endpoint.Post(WorkRequest.Send(target, endpoint.Memory.Range(0, 100), 1));
        endpoint.Post(WorkRequest.Send(target, endpoint.Memory.Range(0, 90), 2));
        Assert.True(Environment.TickCount64 - start < 30_000, "Posting waited for a stopped peer.");
        Assert.False(endpoint.SendJfc.WaitUntilReady(Stopped));

        peer.Continue();
        Assert.Equal([1ul, 2ul], endpoint.SendJfc.Take(2).Select(c => c.Status == CompletionStatus.Success ? c.UserContext : 0));
        Assert.Equal("8", peer.Ask("receive id=j")["bytes"]);
        Assert.Equal("100", peer.Ask("receive id=j")["bytes"]);
        Assert.Equal("90", peer.Ask("receive id=j")["bytes"]);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(64)]
    public void A_message_whose_buffer_it_does_not_grant_in_time_ends_as_for_a_receiver_that_is_not_ready(long engineThreshold)
    {
        PeerProcess peer = OpenPeer();
        UrmaContext context = OpenHere(new UrmaContextOptions { ControlTimeout = TimeSpan.FromMilliseconds(300) });
        Endpoint endpoint = Own(new Endpoint(context, new EndpointShape { RnrRetry = 3, EngineThreshold = engineThreshold }));
        TargetJetty target = Reach(endpoint, peer);
        peer.Ask("offer id=j count=2 length=100");
        endpoint.Succeed(WorkRequest.Send(target, endpoint.Memory.Range(0, 8)));
        peer.Stop();
        endpoint.Fail(WorkRequest.Send(target, endpoint.Memory.Range(0, 100)), CompletionStatus.RnrRetryCountExceeded);

        peer.Continue();
        Threads.Until(
            () => endpoint.Execute(WorkRequest.Send(target, endpoint.Memory.Range(0, 90))).Status == CompletionStatus.Success,
            "the peer grants its buffer");
        Assert.Equal("8", peer.Ask("receive id=j")["bytes"]);
        Assert.Equal("90", peer.Ask("receive id=j")["bytes"]);
    }

    [Fact]
    public void A_message_that_waits_for_its_buffer_ends_with_the_peer_and_with_the_queue()
    {
        PeerProcess peer = OpenPeer();
        Endpoint endpoint = NewEndpoint();
        TargetJetty target = Reach(endpoint, peer);
        peer.Ask("offer id=j count=4 length=100");
        endpoint.Succeed(WorkRequest.Send(target, endpoint.Memory.Range(0, 8)));
        Endpoint other = Own(new Endpoint(endpoint.Context));
        other.Succeed(WorkRequest.Send(target, other.Memory.Range(0, 8)));
        peer.Stop();
        endpoint.Post(WorkRequest.Send(target, endpoint.Memory.Range(0, 100), 1));
        other.Post(WorkRequest.Send(target, other.Memory.Range(0, 100), 2));
        other.Jetty.ModifyToError();
        Assert.Equal(CompletionStatus.WorkRequestFlushed, other.SendJfc.Next().Status);
        peer.Kill();
        Assert.Equal(CompletionStatus.AckTimeout, endpoint.SendJfc.Next().Status);
    }

    [Fact]
    public void What_needs_its_answer_times_out_and_works_later()
    {
        PeerProcess peer = OpenPeer("the-sleeper");
        UrmaContext context = OpenHere(new UrmaContextOptions { ControlTimeout = TimeSpan.FromMilliseconds(400) });
        PeerReply segment = peer.Ask("segment id=s length=4096");
        using TargetSegment first = context.ImportSegment(segment.Segment(), segment.Token());
        peer.Stop();
        UrmaException error = Assert.Throws<UrmaException>(() => context.ImportSegment(segment.Segment(), segment.Token()));
        Assert.Equal(UrmaStatus.TimedOut, error.Status);
        Assert.Contains("the-sleeper", error.Message, StringComparison.Ordinal);
        Assert.False(first.IsRevoked);

        peer.Continue();
        peer.Ask("ping");
        using TargetSegment second = context.ImportSegment(segment.Segment(), segment.Token());
        Assert.False(second.IsRevoked);
    }

    [Fact]
    public void A_stranger_that_is_stopped_cannot_be_connected_to_until_it_goes_on()
    {
        PeerProcess peer = OpenPeer("the-sleeper");
        PeerReply segment = peer.Ask("segment id=s length=4096");
        UrmaContext context = OpenHere(new UrmaContextOptions { ControlTimeout = TimeSpan.FromMilliseconds(400) });
        peer.Stop();
        Assert.Throws<UrmaException>(() => context.ImportSegment(segment.Segment(), segment.Token()));
        peer.Continue();
        peer.Ask("ping");
        Threads.Until(
            () =>
            {
                try
                {
                    context.ImportSegment(segment.Segment(), segment.Token()).Dispose();
                    return true;
                }
                catch (UrmaException)
                {
                    return false;
                }
            },
            "the peer can be connected to");
    }

    [Fact]
    public void Memory_it_does_not_give_up_in_time_is_left_to_it()
    {
        PeerProcess peer = OpenPeer();
        UrmaContext context = OpenHere(new UrmaContextOptions { RevocationTimeout = TimeSpan.FromMilliseconds(300) });
        using Segment segment = context.AllocateSegment(1 << 20);
        nint address = segment.Address;
        peer.Ask($"import id=t descriptor={Hex(segment.Descriptor)} token={segment.Token.Value}");
        peer.Ask("hammer id=t value=1");
        peer.AwaitEvent("hammering");
        Threads.Until(() => segment.AsSpan()[^1] == 1, "the peer writes");
        peer.Stop();
        segment.AsSpan().Fill(2);

        segment.Revoke();

        Assert.Equal(address, segment.Address);
        Assert.Equal(-1, segment.AsSpan().IndexOfAnyExcept((byte)2));
        peer.Continue();
        Assert.Equal("RemoteAccessAbort", peer.AwaitEvent("hammered")["status"]);
        Assert.Equal(-1, segment.AsSpan().IndexOfAnyExcept((byte)2));
        peer.Ask($"import id=u descriptor={Hex(segment.Descriptor)} token={segment.Token.Value}");
        peer.Ask("view-fill id=u value=4");
        Assert.Equal(-1, segment.AsSpan().IndexOfAnyExcept((byte)4));
    }

    [Fact]
    public void Closing_does_not_wait_for_it_for_ever()
    {
        PeerProcess peer = OpenPeer();
        UrmaContext context = Harness.Open(new UrmaContextOptions { RevocationTimeout = TimeSpan.FromMilliseconds(300) });
        var endpoint = new Endpoint(context);
        peer.Ask($"import id=t descriptor={Hex(endpoint.Memory.Descriptor)} token={endpoint.Memory.Token.Value}");
        LetReach(peer, endpoint);
        TargetJetty target = Reach(endpoint, peer, "k");
        endpoint.Post(WorkRequest.Send(target, endpoint.Memory.Range(0, 8)));
        peer.Stop();
        long start = Environment.TickCount64;
        context.Dispose();
        Assert.True(Environment.TickCount64 - start < 15_000, "Closing waited for a stopped peer.");
        peer.Continue();
        peer.AwaitEvent("lost");
        peer.Ask("ping");
    }
}
