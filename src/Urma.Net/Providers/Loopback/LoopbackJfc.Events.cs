using System.Diagnostics;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback;

/// <summary>Its event: who asked, whether it has come, and when.</summary>
internal sealed unsafe partial class LoopbackJfc
{
    private volatile bool _armedForEvent;
    private bool _solicitedOnly;

    public override void Rearm(bool solicitedOnly = false)
    {
        if (Jfce is null)
        {
            throw new InvalidOperationException("This JFC has no event channel: create it with JfcOptions.Jfce, or use Wait.");
        }

        // All of the poller's state is settled here, on the poller's thread: who waits on the channel looks at the doorbell only.
        _solicitedOnly = solicitedOnly;
        Doorbell.IsSolicited = false;
        if (!_armedForEvent)
        {
            Doorbell.ClearEventTime();
        }

        Doorbell.Timed = solicitedOnly ? TimedEvent.Solicited : TimedEvent.Any;
        _armedForEvent = true;
        ArmAll();
        if (solicitedOnly && HasSolicited())
        {
            Doorbell.IsSolicited = true;
        }

        if (Doorbell.HasRung || _closingSources)
        {
            if (IsEventDue)
            {
                Doorbell.NoteTime();
            }

            Doorbell.Wake();
        }
    }

    /// <summary>Whether somebody waits for an event that has not come.</summary>
    public bool AwaitsEvent => _armedForEvent && !IsEventDue;

    /// <summary>Whether the event that <see cref="Rearm"/> asked for has come and nobody has taken it.</summary>
    public bool IsEventDue => _armedForEvent && (_closingSources || (Doorbell.HasRung && (!_solicitedOnly || Doorbell.IsSolicited)));

    /// <summary>When the event that is due came, as <see cref="Stopwatch.GetTimestamp"/>: events of one channel are taken in this order.</summary>
    public long EventTime
    {
        get
        {
            // Peers write it: none may keep its event back for ever.
            long now = Stopwatch.GetTimestamp();
            long time = Doorbell.EventTime;
            return time != 0 && time < now ? time : now;
        }
    }

    /// <summary>Takes the event that is due, and disarms. Called by who has the event channel's lock.</summary>
    public void TakeEvent()
    {
        Doorbell.Timed = TimedEvent.None;
        _armedForEvent = false;
    }

    /// <summary>Waits until what is being carried out at this moment by queues that report here has its completions.</summary>
    /// <param name="deadline">From <see cref="TimeLimit"/>.</param>
    public void AwaitQueues(long deadline)
    {
        foreach (LoopbackSendQueue queue in _queues)
        {
            queue.AwaitRunning(deadline);
        }
    }

    private bool HasSolicited()
    {
        foreach (CompletionSource? source in _sources)
        {
            if (source is null or { IsDetached: true })
            {
                continue;
            }

            for (uint next = source.Taken; next - source.Taken <= source.Mask; next++)
            {
                LaneEntry* entry = source.Entries + (next & source.Mask);
                if (Volatile.Read(ref entry->Sequence) != next + 1)
                {
                    break;
                }

                if (CompletionSource.IsSolicited(entry->Result))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
