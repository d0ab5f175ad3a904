using System.Diagnostics;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback;

/// <summary>Work that a fabric model holds back: it waits in the backlog until it is due.</summary>
internal sealed unsafe partial class LoopbackSendQueue
{
    // With a fabric model this stays set beside the number of pending requests, so that the question every post asks anyway
    // ("is something pending?") sends all of them through the backlog.
    private const int AlwaysPending = 1 << 30;

    // How often at most the engine looks at a queue on its own, and how often it finds nothing before it has to be called again.
    private const int QuietLooks = 20;
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(1);

    private uint _headSeenByEngine;
    private int _looksLeft;

    private int Pending => _pendingCount & ~AlwaysPending;

    private bool IsDue(in PendingWork work) => _links is null || Stopwatch.GetTimestamp() >= work.DueAt;

    // The link to whom the request goes to; null where there is none, and for requests that go nowhere.
    private FabricLink? LinkOf(in WorkRequest request)
    {
        if (request.Target != 0)
        {
            return (FindLane(request.Target)?.Target ?? _context.FindTarget(request.Target))?.Link;
        }

        return _remoteTable.IsCurrent(request.Remote.Token) ? _links!.At(_remote[(uint)request.Remote.Token].LinkNumber) : null;
    }

    // Where somebody polls, the engine only looks whether that is still so: it would take the processor from the poller.
    private static TimeSpan UntilDue(in PendingWork head, bool isPolled)
    {
        TimeSpan left = TimeLimit.Left(head.DueAt);
        return isPolled && left < LookInterval ? LookInterval : left;
    }

    // With a fabric model every post finds the backlog empty or nearly so. To call the engine each time would cost more than most
    // links, so it stays for a while where somebody polls; where nobody does, it is called, and is there in time.
    private TimeSpan WhenEmpty(bool isPolled, bool hasWorked)
    {
        _looksLeft = isPolled ? QuietLooks : hasWorked ? 0 : _looksLeft - 1;
        if (_links is not null && _state == JettyState.Ready && _looksLeft > 0)
        {
            return LookInterval;
        }

        _submitted = false;
        return Timeout.InfiniteTimeSpan;
    }

    private static long LengthOf(in PendingWork work)
    {
        if (work.Pieces == null)
        {
            return work.Request.Local.Length;
        }

        long total = 0;
        for (int i = 0; i < work.Request.GatherCount; i++)
        {
            total += Math.Clamp(work.Pieces[i].Length, 0, LoopbackLayout.MaxLength);
        }

        return total;
    }
}
