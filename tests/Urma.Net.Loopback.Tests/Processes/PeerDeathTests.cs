using System.Diagnostics;
using System.Globalization;

namespace Urma.Net.Loopback.Tests.Processes;

/// <summary>A peer is killed at each step of the protocol: the survivor gets an error that names it, soon, and goes on.</summary>
public sealed class PeerDeathTests : ProcessTest
{
    private const string Victim = "the-victim";

    // The goal is a second. The bound is five, for machines that do other things; control calls would wait thirty.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);
    private static readonly UrmaContextOptions Patient = new()
    {
        ControlTimeout = TimeSpan.FromSeconds(30),
        RevocationTimeout = TimeSpan.FromSeconds(30),
    };

    [Fact]
    public void While_it_is_being_connected_to()
    {
        PeerProcess peer = OpenPeer(Victim, "connect");
        PeerReply segment = peer.Ask("segment id=s length=4096");
        UrmaContext context = OpenHere(Patient);
        UrmaException error = WithinSoon(() => Assert.Throws<UrmaException>(() => context.ImportSegment(segment.Segment(), segment.Token())));
        Assert.Contains(segment.Segment().Uasid.ToString("x", CultureInfo.InvariantCulture), error.Message, StringComparison.OrdinalIgnoreCase);
        peer.AwaitExit();
    }

    [Fact]
    public void While_it_answers_an_import()
    {
        PeerProcess peer = OpenPeer(Victim, "import");
        PeerReply segment = peer.Ask("segment id=s length=4096");
        UrmaContext context = OpenHere(Patient);
        UrmaException error = WithinSoon(() => Assert.Throws<UrmaException>(() => context.ImportSegment(segment.Segment(), segment.Token())));
        AssertNamed(error.Message, peer);
    }

    [Fact]
    public void While_it_opens_a_lane()
    {
        PeerProcess peer = OpenPeer(Victim, "lane-open");
        Endpoint endpoint = NewEndpointPatient();
        TargetJetty target = Reach(endpoint, peer);
        Completion completion = WithinSoon(() => endpoint.Execute(WorkRequest.Send(target, endpoint.Memory.Range(0, 8))));
        AssertLost(completion);
        AssertNamed(AwaitFault(target), peer);
    }

    [Fact]
    public void While_a_queue_is_bound_to_it()
    {
        PeerProcess peer = OpenPeer(Victim, "lane-open");
        Endpoint endpoint = NewEndpointPatient();
        TargetJetty target = Reach(endpoint, peer);
        UrmaException error = WithinSoon(() => Assert.Throws<UrmaException>(() => endpoint.Jetty.Bind(target)));
        AssertNamed(error.Message, peer);
    }

    [Fact]
    public void While_it_hands_out_a_receive_buffer()
    {
        PeerProcess peer = OpenPeer(Victim, "fetch");
        Endpoint endpoint = NewEndpointPatient();
        TargetJetty target = Reach(endpoint, peer);
        peer.Ask("offer id=j count=4 length=8192");
        Completion completion = WithinSoon(() => endpoint.Execute(WorkRequest.Send(target, endpoint.Memory.Range(0, 8000))));
        Assert.False(completion.IsSuccess);
        AssertNamed(AwaitFault(target), peer);
    }

    [Fact]
    public void While_it_answers_a_lookup()
    {
        PeerProcess peer = OpenPeer(Victim, "rendezvous");
        peer.Ask("publish name=it value=01");
        UrmaContext context = OpenHere(Patient);
        // Whoever restarts may publish the name again, so the search goes on; it must only end in time.
        WithinSoon(() => Assert.Throws<UrmaException>(() => context.Lookup("it", TimeSpan.FromSeconds(1))));
        peer.AwaitExit();
        using IDisposable name = context.Publish("it", [2]);
        Assert.Equal([2], context.Lookup("it", Bounds.Operation));
    }

    [Fact]
    public void While_it_is_asked_to_give_up_a_segment()
    {
        PeerProcess peer = OpenPeer(Victim, "revoke");
        UrmaContext context = OpenHere(Patient);
        using Segment segment = context.AllocateSegment(4096);
        segment.AsSpan().Fill(1);
        peer.Ask($"import id=t descriptor={Hex(segment.Descriptor)} token={segment.Token.Value}");
        WithinSoon(() => segment.Revoke());
        Assert.Equal(-1, segment.AsSpan().IndexOfAnyExcept((byte)1));
        peer.AwaitExit();
    }

    [Theory]
    [InlineData("claim", 8)]
    [InlineData("claim", 33)]
    [InlineData("claim", 8000)]
    [InlineData("copy", 8)]
    [InlineData("copy", 8000)]
    [InlineData("written", 8)]
    [InlineData("written", 8000)]
    [InlineData("publish", 8)]
    [InlineData("publish", 8000)]
    public void While_it_owns_a_receive_of_ours(string step, int length)
    {
        const int Receives = 4;
        PeerProcess peer = OpenPeer(Victim, step);
        Endpoint receiver = NewEndpointPatient(new EndpointShape { ReceiveDepth = Receives });
        Task<PeerLostEventArgs> lost = Lost(receiver.Context);
        for (int i = 0; i < Receives; i++)
        {
            receiver.PostReceive(i * 8192, 8192, (ulong)i);
        }

        LetReach(peer, receiver);
        peer.Tell($"send id=j to=t length={length}");
        peer.AwaitExit();

        AssertNamed(WithinSoon(() => Result(lost)).Reason, peer);
        int arrived = step is "written" or "publish" ? 1 : 0;
        if (arrived == 1)
        {
            Assert.Equal(length, receiver.ReceiveJfc.NextSuccess().ByteCount);
        }

        // Every other receive, the one the dead peer had claimed included, is there for others.
        Endpoint healthy = NewEndpoint(new EndpointShape { RnrRetry = 6 });
        TargetJetty target = healthy.Reach(receiver);
        var completions = new List<Completion>();
        for (int i = arrived; i < Receives; i++)
        {
            // The receiver takes back what a dead sender had claimed when it polls, as it must to receive anything.
            Threads.Until(
                () =>
                {
                    Span<Completion> one = stackalloc Completion[1];
                    completions.AddRange(one[..receiver.ReceiveJfc.Poll(one)]);
                    return healthy.Execute(WorkRequest.Send(target, healthy.Memory.Range(0, 40))).IsSuccess;
                },
                "the receive is offered again");
        }

        completions.AddRange(receiver.ReceiveJfc.Take(Receives - arrived - completions.Count));
        Assert.All(completions, completion => Assert.Equal((CompletionStatus.Success, 40L), (completion.Status, completion.ByteCount)));
        Assert.Equal(Receives - arrived, completions.Select(completion => completion.UserContext).Distinct().Count());
        receiver.ReceiveJfc.AssertEmpty();
    }

    [Fact]
    public void While_we_wait_for_its_receive()
    {
        PeerProcess peer = OpenPeer(Victim);
        Endpoint endpoint = NewEndpointPatient();
        TargetJetty target = Reach(endpoint, peer);
        for (ulong i = 0; i < 5; i++)
        {
            endpoint.Post(WorkRequest.Send(target, endpoint.Memory.Range(0, 8), i));
        }

        endpoint.SendJfc.AssertEmpty();
        peer.Kill();

        Completion[] completions = WithinSoon(() => endpoint.SendJfc.Take(5));
        Assert.Equal([0, 1, 2, 3, 4], completions.Select(completion => completion.UserContext));
        Assert.All(completions, AssertLost);
        AssertNamed(AwaitFault(target), peer);
        endpoint.SendJfc.AssertEmpty();
    }

    [Fact]
    public void While_we_sleep_waiting_for_its_message()
    {
        PeerProcess peer = OpenPeer(Victim);
        Endpoint endpoint = NewEndpointPatient();
        Task<PeerLostEventArgs> lost = Lost(endpoint.Context);
        endpoint.PostReceive(0, 64);
        LetReach(peer, endpoint);
        peer.Ask("send id=j to=t");
        endpoint.ReceiveJfc.NextSuccess();
        endpoint.PostReceive(0, 64);
        peer.Kill();
        // Nobody can know that no other peer would send: the wait lasts, the event tells.
        AssertNamed(WithinSoon(() => Result(lost)).Reason, peer);
        Assert.False(endpoint.ReceiveJfc.WaitUntilReady(Bounds.UntilAsleep));
    }

    [Fact]
    public void While_we_have_its_memory_mapped()
    {
        PeerProcess peer = OpenPeer(Victim);
        Endpoint endpoint = NewEndpointPatient();
        TargetSegment target = Import(endpoint.Context, peer);
        using SegmentView view = target.Map();
        view.StoreRelease(4096, 1L);
        peer.Kill();

        Threads.Until(() => target.IsRevoked, "the import notices the death");
        // The memory outlives its owner: using it is harmless. Scratch memory takes its place once, maybe between these two.
        view.StoreRelease(4096, 2L);
        if (view.LoadAcquire<long>(4096) != 2L)
        {
            view.StoreRelease(4096, 2L);
            Assert.Equal(2L, view.LoadAcquire<long>(4096));
        }

        Completion completion = endpoint.Execute(WorkRequest.Write(endpoint.Memory.Range(0, 8), target.At(0, 8)));
        Assert.Contains(completion.Status, new[] { CompletionStatus.AckTimeout, CompletionStatus.RemoteAccessAbort });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void In_the_middle_of_streams_in_both_directions(bool bothWays)
    {
        for (int round = 0; round < 6; round++)
        {
            using PeerProcess peer = PeerProcess.Open(Fabric, Victim);
            using UrmaContext context = Harness.Open(Patient);
            using var endpoint = new Endpoint(context, new EndpointShape { ReceiveDepth = 64 });
            using TargetJetty target = MakeEcho(peer, endpoint);
            for (int i = 0; i < 64; i++)
            {
                endpoint.PostReceive(i * 64, 64, (ulong)i);
            }

            peer.Ask("flood id=j to=t");
            Task kill = Task.Run(async () =>
            {
                await Task.Delay(20 + (round * 17));
                peer.Kill();
            });
            Churn(endpoint, target, bothWays, until: () => kill.IsCompleted && target.Fault is not null);
            AssertNamed(target.Fault!, peer);
        }
    }

    [Fact]
    public void A_forked_child_that_holds_all_its_descriptors_does_not_hide_its_death()
    {
        PeerProcess peer = OpenPeer(Victim);
        Endpoint endpoint = NewEndpointPatient();
        Task<PeerLostEventArgs> lost = Lost(endpoint.Context);
        TargetJetty target = Reach(endpoint, peer);
        TargetSegment memory = Import(endpoint.Context, peer);
        endpoint.Post(WorkRequest.Send(target, endpoint.Memory.Range(0, 8)));
        int child = (int)peer.Ask("fork").Number("child");
        try
        {
            peer.Kill();
            AssertLost(WithinSoon(() => endpoint.SendJfc.Next()));
            AssertNamed(WithinSoon(() => Result(lost)).Reason, peer);
            Threads.Until(() => memory.IsRevoked, "the import notices the death");
            Assert.True(Directory.Exists($"/proc/{child}"), "The child should still sleep.");
        }
        finally
        {
            Posix.Signal(child, Posix.Kill);
        }
    }

    [Fact]
    public void Its_names_and_its_number_are_free_again()
    {
        using PeerProcess peer = PeerProcess.Start();
        peer.Ask($"open on={Fabric} label={Victim} uasid=77");
        peer.Ask("publish name=it value=01");
        UrmaContext context = OpenHere();
        Assert.Equal([1], context.Lookup("it", Bounds.Operation));
        peer.Kill();

        using PeerProcess next = PeerProcess.Start();
        next.Ask($"open on={Fabric} label=next uasid=77");
        next.Ask("publish name=it value=02");
        Assert.Equal([2], context.Lookup("it", Bounds.Operation));
        TargetSegment target = Import(context, next);
        Assert.False(target.IsRevoked);
    }

    [Fact]
    public void A_successor_with_the_same_number_is_not_taken_for_the_dead()
    {
        using PeerProcess peer = PeerProcess.Start();
        peer.Ask($"open on={Fabric} label={Victim} uasid=78");
        Endpoint endpoint = NewEndpointPatient();
        TargetSegment old = Import(endpoint.Context, peer);
        TargetJetty oldJetty = Reach(endpoint, peer);
        peer.Kill();

        using PeerProcess next = PeerProcess.Start();
        next.Ask($"open on={Fabric} label=next uasid=78");
        TargetSegment fresh = Import(endpoint.Context, next);
        TargetJetty freshJetty = Reach(endpoint, next);
        next.Ask("offer id=j count=1");

        endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(0, 8), fresh.At(0, 8)));
        endpoint.Succeed(WorkRequest.Send(freshJetty, endpoint.Memory.Range(0, 8)));
        Assert.False(endpoint.Execute(WorkRequest.Write(endpoint.Memory.Range(0, 8), old.At(0, 8))).IsSuccess);
        Assert.False(endpoint.Execute(WorkRequest.Send(oldJetty, endpoint.Memory.Range(0, 8))).IsSuccess);
        Assert.Equal("Success", next.Ask("receive id=j")["status"]);
    }

    [Fact]
    public void Killed_processes_leave_no_files()
    {
        string[] before = Leftovers();
        for (int i = 0; i < 5; i++)
        {
            using PeerProcess peer = PeerProcess.Open(Fabric, Victim);
            using UrmaContext context = Harness.Open();
            using TargetSegment target = Import(context, peer, "s", 1 << 20);
            peer.Ask("jetty id=j");
            peer.Ask("publish name=it value=01");
            peer.Kill();
        }

        Assert.Equal(before, Leftovers());

        // The runtime's own files carry its names.
        static string[] Leftovers() =>
        [
            .. new[] { "/dev/shm", "/tmp" }
                .SelectMany(Directory.EnumerateFileSystemEntries)
                .Where(path => path.Contains("urma", StringComparison.OrdinalIgnoreCase) || path.StartsWith("/dev/shm", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];
    }

    private static TargetJetty MakeEcho(PeerProcess peer, Endpoint endpoint)
    {
        PeerReply jetty = peer.Ask("jetty id=j receive=64");
        peer.Ask("offer id=j count=64 length=64");
        peer.Ask($"reach id=t descriptor={Hex(endpoint.Jetty.Descriptor)} token={endpoint.Jetty.Token.Value}");
        return endpoint.Context.ImportJetty(jetty.Jetty(), jetty.Token());
    }

    private static void Churn(Endpoint endpoint, TargetJetty target, bool send, Func<bool> until)
    {
        Span<Completion> completions = stackalloc Completion[16];
        ulong posted = 0;
        ulong completed = 0;
        long number = 0;
        long deadline = Environment.TickCount64 + 30_000;
        bool ended = false;
        while (!ended || completed < posted)
        {
            Assert.True(Environment.TickCount64 < deadline, $"The survivor hangs with {posted - completed} operations outstanding.");
            if (send && !ended && endpoint.Jetty.Post(WorkRequest.Send(target, endpoint.Memory.Range(0, 8), posted)) == UrmaStatus.Success)
            {
                posted++;
            }

            ended = until();
            foreach (Completion completion in completions[..endpoint.SendJfc.Poll(completions)])
            {
                Assert.Equal(completed++, completion.UserContext);
            }

            int taken = endpoint.ReceiveJfc.Poll(completions);
            foreach (Completion completion in completions[..taken])
            {
                Assert.Equal(CompletionStatus.Success, completion.Status);
                Span<byte> message = endpoint.Memory.AsSpan((long)completion.UserContext * 64, (int)completion.ByteCount);
                Peer.StreamMessage.Check(message, 0, number++);
                endpoint.PostReceive((long)completion.UserContext * 64, 64, completion.UserContext);
            }
        }
    }

    private static void AssertLost(Completion completion) =>
        Assert.Contains(completion.Status, new[] { CompletionStatus.AckTimeout, CompletionStatus.RemoteOperationError });

    private static void AssertNamed(string message, PeerProcess peer)
    {
        Assert.Contains(Victim, message, StringComparison.Ordinal);
        Assert.Contains(peer.Id.ToString(CultureInfo.InvariantCulture), message, StringComparison.Ordinal);
    }

    private static string AwaitFault(TargetJetty target)
    {
        Threads.Until(() => target.Fault is not null, "the target's peer is known to be gone");
        return target.Fault!;
    }

    private static Task<PeerLostEventArgs> Lost(UrmaContext context)
    {
        var source = new TaskCompletionSource<PeerLostEventArgs>(TaskCreationOptions.RunContinuationsAsynchronously);
        context.PeerLost += (_, args) => source.TrySetResult(args);
        return source.Task;
    }

    private static PeerLostEventArgs Result(Task<PeerLostEventArgs> lost)
    {
        Assert.True(lost.Wait(Bounds.Operation), "PeerLost was not raised.");
        return lost.Result;
    }

    private static T WithinSoon<T>(Func<T> action)
    {
        long start = Stopwatch.GetTimestamp();
        T result = action();
        TimeSpan taken = Stopwatch.GetElapsedTime(start);
        Assert.True(taken < Soon, $"The survivor learnt of the death after {taken}.");
        return result;
    }

    private static void WithinSoon(Action action) => WithinSoon(() =>
    {
        action();
        return 0;
    });

    private Endpoint NewEndpointPatient(EndpointShape? shape = null) => Own(new Endpoint(OpenHere(Patient), shape));
}
