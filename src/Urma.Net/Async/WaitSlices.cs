using System.Diagnostics;

namespace Urma.Net.Async;

/// <summary>Cuts a wait into pieces, so that the waiter sees in time that its channel was closed by another thread.</summary>
internal readonly struct WaitSlices
{
    // Rare enough to cost nothing while idle, short enough for closing not to feel stuck.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(50);

    private readonly long _start;
    private readonly TimeSpan _timeout;

    public WaitSlices(TimeSpan timeout)
    {
        if (timeout != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        }

        _timeout = timeout;
        _start = Stopwatch.GetTimestamp();
    }

    public bool HasMore => _timeout == Timeout.InfiniteTimeSpan || Stopwatch.GetElapsedTime(_start) < _timeout;

    public TimeSpan Next
    {
        get
        {
            if (_timeout == Timeout.InfiniteTimeSpan)
            {
                return Longest;
            }

            TimeSpan left = _timeout - Stopwatch.GetElapsedTime(_start);
            return left < TimeSpan.Zero ? TimeSpan.Zero : left < Longest ? left : Longest;
        }
    }
}
