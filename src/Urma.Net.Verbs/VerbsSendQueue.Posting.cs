using System.Runtime.CompilerServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Verbs;

/// <content>Which way requests go; neighbours that go the same way are one call into the device.</content>
internal sealed unsafe partial class VerbsSendQueue
{
    private Lane? _lastLane;

    public UrmaStatus Post(ReadOnlySpan<WorkRequest> requests, ReadOnlySpan<SegmentRange> gather, out int posted)
    {
        posted = 0;
        if (_isClosed || _inError)
        {
            return UrmaStatus.Failed;
        }

        Volatile.Write(ref _activity, (_activity + 1) | 1);
        Counters.BeginPost(requests.Length);
        UrmaStatus result = UrmaStatus.Success;
        Lane? open = null;
        while (posted < requests.Length)
        {
            if (_posted - Volatile.Read(ref _completed) >= Depth && !TryMakeRoom(open))
            {
                Counters.SeeDepth(Depth);
                result = UrmaStatus.TryAgain;
                break;
            }

            ref readonly WorkRequest request = ref requests[posted];
            if (request.Opcode == Opcode.WriteNotify && GoesTwoWays(in request))
            {
                open?.Submit();
                open = null;
                result = PostTwoWays(in request, gather);
                if (result != UrmaStatus.Success)
                {
                    break;
                }

                CountPosted(in request);
                posted++;
                continue;
            }

            Lane? lane = FindLane(in request, out CompletionStatus refused);
            if (lane != open)
            {
                open?.Submit();
                open = lane;
            }

            if (lane is not null && refused == CompletionStatus.Success)
            {
                result = Place(in request, gather, lane, out refused);
                if (result != UrmaStatus.Success)
                {
                    break;
                }
            }

            if (refused != CompletionStatus.Success || lane is null)
            {
                EndHere(in request, lane, refused);
            }

            CountPosted(in request);
            posted++;
        }

        open?.Submit();
        Volatile.Write(ref _activity, (_activity + 1) & ~1u);
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CountPosted(in WorkRequest request)
    {
        Counters.Count(in request, _posted, Volatile.Read(ref _completed));
        Counters.SeePosted(_posted);
    }

    // Requests nobody is told of leave only when the JFC is polled, and who posts nothing else has no reason to poll.
    private bool TryMakeRoom(Lane? open)
    {
        open?.Submit();
        SendJfc.Help();
        if (_posted - Volatile.Read(ref _completed) < Depth)
        {
            return true;
        }

        foreach (Lane lane in _lanes)
        {
            lane.Probe();
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Lane? FindLane(in WorkRequest request, out CompletionStatus refused)
    {
        refused = CompletionStatus.Success;
        ulong target = request.Target;
        if (target != 0)
        {
            int index = (int)(target & (HandleTable.Capacity - 1));
            if ((uint)index < (uint)_laneOfTarget.Length && _laneOfTarget[index].Token == target && _laneOfTarget[index].Lane is { } known
                && Context.Targets.Find(target) != null)
            {
                return _lastLane = known;
            }

            return FindLaneSlowly(in request, out refused);
        }

        HandleTable.Entry* entry = Context.RemoteSegments.Find(request.Remote.Token);
        if (entry != null)
        {
            int engine = (int)entry->Route;
            if ((uint)engine < (uint)_laneOfEngine.Length && _laneOfEngine[engine] is { State: not LaneState.Ended } lane)
            {
                return _lastLane = lane;
            }
        }

        return FindLaneSlowly(in request, out refused);
    }

    // What the first message to a target pays: the connection is made now.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Lane? FindLaneSlowly(in WorkRequest request, out CompletionStatus refused)
    {
        refused = CompletionStatus.Success;
        try
        {
            if (request.Target != 0)
            {
                if (Context.FindTarget(request.Target) is { Fault: null } target)
                {
                    return _lastLane = OpenLane(target);
                }

                refused = CompletionStatus.RemoteOperationError;
                return _lastLane;
            }

            if (request.Opcode == Opcode.Nop)
            {
                return _lastLane;
            }

            HandleTable.Entry* entry = Context.RemoteSegments.Find(request.Remote.Token);
            if (entry == null || Context.FindEngine((int)entry->Route) is not { IsGone: false } engine)
            {
                refused = CompletionStatus.RemoteAccessAbort;
                return _lastLane;
            }

            return _lastLane = OpenLane(engine);
        }
        catch (UrmaException error)
        {
            System.Diagnostics.Trace.TraceWarning($"Send queue {Id} could not open a lane: {error.Message}");
            refused = error.Status == UrmaStatus.TimedOut ? CompletionStatus.AckTimeout : CompletionStatus.RemoteOperationError;
            return _lastLane;
        }
    }
}
