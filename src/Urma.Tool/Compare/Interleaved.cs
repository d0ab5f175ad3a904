using Urma.Net.Tool.Perftest;

namespace Urma.Net.Tool.Compare;

/// <summary>A test of ours and tests of a peer library, taken in turns.</summary>
internal sealed class Interleaved(int rounds, int peers)
{
    /// <summary>Nanoseconds per operation of ours: one piece more than there are rounds, so that each round has one on either side.</summary>
    public double[] Ours { get; } = new double[rounds + 1];

    /// <summary>The cache line's one-way time around each piece of ours.</summary>
    public double[] Lines { get; } = new double[rounds + 1];

    /// <summary>The ring yardstick beside each piece of ours; 0 where it was not asked for.</summary>
    public double[] Rings { get; } = new double[rounds + 1];

    /// <summary>Nanoseconds per operation of each peer test, round by round.</summary>
    public double[][] Peers { get; } = [.. Enumerable.Range(0, peers).Select(_ => new double[rounds])];

    public Spread OverLine => Statistics.Spread(Ours.Zip(Lines, (ours, line) => ours / line));

    public Spread OverRing => Statistics.Spread(Ours.Zip(Rings, (ours, ring) => ours / ring));

    /// <summary>Our time over a peer's, round by round.</summary>
    public Spread OverPeer(int peer) => Statistics.Spread(Peers[peer].Select((time, round) => Around(round) / time));

    /// <summary>Our rate over the best of the peers' rates, round by round.</summary>
    public Spread RateOverBestPeer() => Statistics.Spread(
        Enumerable.Range(0, rounds).Select(round => Peers.Min(times => times[round]) / Around(round)));

    private double Around(int round) => (Ours[round] + Ours[round + 1]) / 2;
}
