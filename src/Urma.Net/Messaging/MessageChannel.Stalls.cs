using System.Diagnostics;
using Urma.Net.Diagnostics;

namespace Urma.Net;

/// <summary>
/// How long there was no credit for a message that somebody wanted to send. A stall ends when credit comes, seen by whoever polls, or when
/// nobody can or wants to send any more: a message that is never tried again must not look like one that waits.
/// </summary>
public sealed partial class MessageChannel
{
    // Since when there has been no credit for a message; 0 while there is, or nobody wants any. Who sets it back books the time.
    private long _stalledSince;

    // Sending thread: every message goes the long way, so that the short one need not ask.
    private bool _isSlowed;

    private unsafe void BeginStall()
    {
        if (!Observability.IsOn || _stalledSince != 0)
        {
            return;
        }

        _isSlowed = true;
        _shortLimit = -1;
        long now = Stopwatch.GetTimestamp();
        _jetty.Counters->CreditStalls++;
        Volatile.Write(ref _jetty.Counters->CreditStalledSince, now);
        Interlocked.Exchange(ref _stalledSince, now);
        if (HasCredit)
        {
            // It came meanwhile, and who polled could not know that it was waited for.
            EndStall();
        }
    }

    // Sending thread, which has credit.
    private void LeaveStall()
    {
        if (_isSlowed)
        {
            _isSlowed = false;
            _shortLimit = LongestShort;
            EndStall();
        }
    }

    // Any thread. The next stall may begin at once: what is shown of it is not taken back.
    private unsafe void EndStall()
    {
        if (Volatile.Read(ref _stalledSince) != 0 && Interlocked.Exchange(ref _stalledSince, 0) is not 0 and long since)
        {
            Interlocked.CompareExchange(ref _jetty.Counters->CreditStalledSince, 0, since);
            Interlocked.Add(ref _jetty.Counters->CreditStallTime, Elapsed.NanosecondsSince(since));
        }
    }
}
