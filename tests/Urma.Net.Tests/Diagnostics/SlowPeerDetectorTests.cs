using Urma.Net.Diagnostics;

namespace Urma.Net.Tests.Diagnostics;

/// <summary>The rule by which peers are called slow, on times that were made up.</summary>
public class SlowPeerDetectorTests
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(20)]
    public void Steady_peers_with_many_slow_operations_are_left_alone(int percentOfOutliers)
    {
        for (int seed = 0; seed < 50; seed++)
        {
            var fleet = new Fleet(seed, peers: 3) { OutlierPercent = percentOfOutliers };
            Assert.Empty(fleet.Run(windows: 200));
        }
    }

    [Fact]
    public void A_peer_that_becomes_slow_is_named_with_the_moment_and_so_is_its_recovery()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            var fleet = new Fleet(seed, peers: 1 + (seed % 5)) { OutlierPercent = 5 };
            Assert.Empty(fleet.Run(30));
            DateTimeOffset degraded = fleet.Now;
            fleet.Factor[0] = 4 + (seed % 7);
            (int peer, PeerSpeed slow) = Assert.Single(fleet.Run(3));
            Assert.Equal((0, true, degraded), (peer, slow.IsSlow, slow.Since));
            Assert.InRange(slow.Ratio, 0.7 * fleet.Factor[0], 1.4 * fleet.Factor[0]);
            Assert.InRange(slow.BaselineNanoseconds, 750, 1400);
            Assert.Empty(fleet.Run(50));

            DateTimeOffset well = fleet.Now;
            fleet.Factor[0] = 1;
            (peer, slow) = Assert.Single(fleet.Run(3));
            Assert.Equal((0, false, well), (peer, slow.IsSlow, slow.Since));
        }
    }

    [Fact]
    public void When_all_become_slow_together_nobody_is_named_but_who_is_slower_still()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var fleet = new Fleet(seed, peers: 4);
            Assert.Empty(fleet.Run(20));
            Array.Fill(fleet.Factor, 10);
            Assert.Empty(fleet.Run(50));
            fleet.Factor[2] = 60;
            Assert.Equal(2, Assert.Single(fleet.Run(3)).Peer);
        }
    }

    [Fact]
    public void A_peer_alone_is_judged_by_its_own_baseline()
    {
        var fleet = new Fleet(1, peers: 1);
        Assert.Empty(fleet.Run(20));
        fleet.Factor[0] = 10;
        Assert.Single(fleet.Run(3));
    }

    [Fact]
    public void Two_slow_windows_are_not_enough_and_a_peer_between_the_limits_stays_what_it_was()
    {
        var fleet = new Fleet(3, peers: 2);
        Assert.Empty(fleet.Run(20));
        for (int i = 0; i < 20; i++)
        {
            fleet.Factor[1] = 8;
            Assert.Empty(fleet.Run(2));
            fleet.Factor[1] = 1;
            Assert.Empty(fleet.Run(1));
        }

        fleet.Factor[1] = 2;
        Assert.Empty(fleet.Run(30));
        fleet.Factor[1] = 8;
        Assert.Single(fleet.Run(3));
        fleet.Factor[1] = 2;
        Assert.Empty(fleet.Run(30));
    }

    [Fact]
    public void Degradation_that_creeps_is_found()
    {
        var fleet = new Fleet(7, peers: 3);
        List<(int Peer, PeerSpeed Speed)> found = [];
        for (int window = 0; window < 400; window++)
        {
            fleet.Factor[1] = Math.Pow(1.005, window);
            found.AddRange(fleet.Run(1));
        }

        (int peer, PeerSpeed speed) = Assert.Single(found);
        Assert.Equal((1, true), (peer, speed.IsSlow));
    }

    [Fact]
    public void A_baseline_learnt_in_a_bad_moment_falls_when_the_peer_becomes_faster()
    {
        var fleet = new Fleet(9, peers: 1);
        fleet.Factor[0] = 5;
        Assert.Empty(fleet.Run(10));
        fleet.Factor[0] = 1;
        Assert.Empty(fleet.Run(20));
        fleet.Factor[0] = 5;
        Assert.Single(fleet.Run(3));
    }

    [Fact]
    public void A_peer_with_few_operations_has_longer_windows()
    {
        var fleet = new Fleet(11, peers: 2);
        fleet.Samples[1] = 10;
        Assert.Empty(fleet.Run(60));
        DateTimeOffset degraded = fleet.Now;
        fleet.Factor[1] = 6;
        List<(int Peer, PeerSpeed Speed)> found = fleet.Run(16);
        (int peer, PeerSpeed speed) = Assert.Single(found);
        Assert.Equal(1, peer);
        Assert.InRange(speed.Since, degraded - TimeSpan.FromSeconds(4), degraded + TimeSpan.FromSeconds(4));
    }

    [Fact]
    public void While_this_process_does_not_run_nothing_is_judged()
    {
        var fleet = new Fleet(13, peers: 1);
        Assert.Empty(fleet.Run(20));
        fleet.Factor[0] = 10;
        for (int i = 0; i < 20; i++)
        {
            fleet.Now += TimeSpan.FromSeconds(30);
            Assert.Empty(fleet.Run(1));
        }
    }

    [Fact]
    public void A_peer_that_comes_back_is_learnt_anew()
    {
        var detector = new SlowPeerDetector<int>(new SlowPeerOptions { LearningWindows = 1, MinSamples = 1 });
        LatencyHistogram times = default;
        for (int second = 0; second < 4; second++)
        {
            times.Record(100);
            detector.Advance(Begin.AddSeconds(second), [(1, times)]);
        }

        Assert.NotNull(detector.Find(1));
        detector.Advance(Begin.AddSeconds(4), []);
        detector.Advance(Begin.AddSeconds(5), [(1, default)]);
        Assert.Null(detector.Find(1));
    }

    /// <summary>Peers whose operations take times of a known distribution: log-normal about a microsecond, and some outliers.</summary>
    private sealed class Fleet
    {
        private readonly SlowPeerDetector<int> _detector = new(new SlowPeerOptions());
        private readonly LatencyHistogram[] _times;
        private readonly Random _random;

        public Fleet(int seed, int peers)
        {
            _random = new Random(seed);
            _times = new LatencyHistogram[peers];
            Factor = [.. Enumerable.Repeat(1.0, peers)];
            Samples = [.. Enumerable.Repeat(64, peers)];
        }

        public DateTimeOffset Now { get; set; } = Begin;

        public int OutlierPercent { get; init; }

        public double[] Factor { get; }

        public int[] Samples { get; }

        public List<(int Peer, PeerSpeed Speed)> Run(int windows)
        {
            List<(int Peer, PeerSpeed Speed)> changes = [];
            for (int window = 0; window < windows; window++)
            {
                Now += TimeSpan.FromSeconds(1);
                for (int peer = 0; peer < _times.Length; peer++)
                {
                    for (int i = 0; i < Samples[peer]; i++)
                    {
                        bool isOutlier = _random.Next(100) < OutlierPercent;
                        _times[peer].Record((long)(1000 * Factor[peer] * (isOutlier ? 20 : 1) * Math.Exp(0.3 * Normal())));
                    }
                }

                changes.AddRange(_detector.Advance(Now, [.. _times.Select(static (times, peer) => (peer, times))]));
            }

            return changes;
        }

        private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
    }
}
