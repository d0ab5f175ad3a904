using System.Collections.Concurrent;
using System.Diagnostics;

namespace Urma.Net.Loopback.Tests.Processes;

/// <summary>Peers that take long to serve, found by whoever sends to them.</summary>
public class SlowPeerTests : ProcessTest
{
    private const int Usual = 20;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(120);

    // The machine may make anything ten times slower for a while; what is slow here is a thousand times.
    private static readonly SlowPeerOptions Rule = new()
    {
        Window = TimeSpan.FromMilliseconds(200), MinSamples = 3, LearningWindows = 4, SlowRatio = 20, RecoveredRatio = 10, Windows = 2,
    };

    [Fact]
    public void A_peer_that_becomes_slow_is_named_and_the_other_is_not()
    {
        UrmaContext context = OpenHere(new UrmaContextOptions { SlowPeers = Rule });
        using Endpoint endpoint = new(context);
        var changes = new BlockingCollection<PeerSpeedEventArgs>();
        context.PeerSpeedChanged += (_, change) => changes.Add(change);
        (PeerProcess steady, TargetJetty toSteady) = StartService(endpoint, "steady");
        (PeerProcess wavering, TargetJetty toWavering) = StartService(endpoint, "wavering");

        // Until both baselines are known.
        var began = Stopwatch.StartNew();
        long needed = Rule.MinSamples * (Rule.LearningWindows + 3);
        while (context.GetStatistics().Peers.Any(peer => peer.Latency.Count < needed) || began.Elapsed < 3 * Rule.LearningWindows * Rule.Window)
        {
            SendTo(endpoint, toSteady, toWavering);
            Assert.True(began.Elapsed < Bound, "Too few operations were timed.");
        }

        Assert.Empty(changes);
        DateTimeOffset degraded = DateTimeOffset.UtcNow;
        wavering.Ask("serve-time microseconds=20000");
        PeerSpeedEventArgs slow = SendUntilChange();
        Assert.Equal((true, "wavering", wavering.Id), (slow.Speed.IsSlow, slow.Label, slow.ProcessId));
        Assert.InRange(slow.Speed.Since, degraded - TimeSpan.FromSeconds(10), DateTimeOffset.UtcNow);
        Assert.InRange(slow.Speed.Ratio, Rule.SlowRatio, double.MaxValue);
        Assert.Contains("'wavering'", slow.ToString(), StringComparison.Ordinal);
        Assert.Equal(slow.Uasid, Assert.Single(context.SlowPeers).Uasid);

        wavering.Ask($"serve-time microseconds={Usual}");
        PeerSpeedEventArgs well = SendUntilChange();
        Assert.Equal((false, "wavering"), (well.Speed.IsSlow, well.Label));
        Assert.InRange(well.Speed.Since, slow.Speed.Since, DateTimeOffset.UtcNow);
        Assert.Equal("ok", steady.Ask("ping").Line);

        PeerSpeedEventArgs SendUntilChange()
        {
            began.Restart();
            PeerSpeedEventArgs? change;
            while (!changes.TryTake(out change))
            {
                SendTo(endpoint, toSteady, toWavering);
                Assert.True(began.Elapsed < Bound, "The change was not seen.");
            }

            return change;
        }
    }

    private (PeerProcess Peer, TargetJetty Target) StartService(Endpoint endpoint, string label)
    {
        PeerProcess peer = OpenPeer(label);
        TargetJetty target = Reach(endpoint, peer);
        peer.Ask($"serve id=j microseconds={Usual}");
        return (peer, target);
    }

    // One message after the other: what is timed is one peer's alone.
    private static void SendTo(Endpoint endpoint, params ReadOnlySpan<TargetJetty> targets)
    {
        Span<Completion> one = stackalloc Completion[1];
        foreach (TargetJetty target in targets)
        {
            Assert.Equal(UrmaStatus.Success, endpoint.Jetty.Post(WorkRequest.Send(target, endpoint.Memory.Range(0, 8))));
            Assert.Equal(1, endpoint.SendJfc.Wait(one, Bound));
            Assert.Equal(CompletionStatus.Success, one[0].Status);
        }
    }
}
