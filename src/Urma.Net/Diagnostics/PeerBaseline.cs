namespace Urma.Net.Diagnostics;

/// <summary>What one peer's operations take, window by window, and what they took when it was well. Not thread-safe.</summary>
internal sealed class PeerBaseline(SlowPeerOptions options, DateTimeOffset now)
{
    private readonly Queue<double> _recent = new();
    private LatencyHistogram _seen;
    private DateTimeOffset _windowBegan = now;
    private DateTimeOffset _firstOfRow;
    private double _baseline = double.NaN;
    private double _median;
    private DateTimeOffset _since;
    private bool _isSlow;
    private int _row;

    /// <summary>The last window's median by the baseline; 0 while that is not known.</summary>
    public double Ratio => double.IsNaN(_baseline) ? 0 : _median / _baseline;

    /// <summary>How it stands; null while the baseline is not known.</summary>
    public PeerSpeed? Speed => double.IsNaN(_baseline) ? null : new PeerSpeed(_isSlow, _since, _baseline, _median);

    /// <summary>Leaves out what was timed until now: it says nothing.</summary>
    public void Skip(in LatencyHistogram total, DateTimeOffset now)
    {
        _seen = total;
        _windowBegan = now;
    }

    /// <summary>Closes the window, if enough was timed in it and the baseline is known.</summary>
    /// <param name="total">All times so far.</param>
    /// <param name="now">The end of the window.</param>
    /// <returns>Whether <see cref="Judge"/> has to be called for the window.</returns>
    public bool TryClose(in LatencyHistogram total, DateTimeOffset now)
    {
        LatencyHistogram window = total.Since(_seen);
        if (window.Count < options.MinSamples)
        {
            return false;
        }

        // A bucket can be 0: a ratio needs something to divide by.
        _median = Math.Max(window.Percentile(50), 1);
        _seen = total;
        if (!double.IsNaN(_baseline))
        {
            return true;
        }

        Remember(_median);
        if (_recent.Count == options.LearningWindows)
        {
            _baseline = MedianOf(_recent);
            _since = now;
        }

        _windowBegan = now;
        return false;
    }

    /// <summary>Judges the window just closed.</summary>
    /// <param name="common">How many times slower everybody else was in it; 1 where they were not.</param>
    /// <param name="now">Its end.</param>
    /// <returns>Whether the peer became slow or well again.</returns>
    public bool Judge(double common, DateTimeOffset now)
    {
        double ratio = Ratio / common;
        bool isTurning = _isSlow ? ratio < options.RecoveredRatio : ratio >= options.SlowRatio;
        if (_row == 0 && isTurning)
        {
            _firstOfRow = _windowBegan;
        }

        _row = isTurning ? _row + 1 : 0;
        if (!_isSlow && !isTurning)
        {
            Remember(_median);
            _baseline = Math.Min(_baseline, _recent.Count == options.LearningWindows ? MedianOf(_recent) : _baseline);
        }

        _windowBegan = now;
        if (_row < options.Windows)
        {
            return false;
        }

        _isSlow = !_isSlow;
        _since = _firstOfRow;
        _row = 0;
        return true;
    }

    private void Remember(double median)
    {
        _recent.Enqueue(median);
        if (_recent.Count > options.LearningWindows)
        {
            _recent.Dequeue();
        }
    }

    private static double MedianOf(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
