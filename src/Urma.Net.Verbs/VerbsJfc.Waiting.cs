namespace Urma.Net.Verbs;

/// <content>Waiting, and the events that are told once.</content>
internal sealed unsafe partial class VerbsJfc
{
    /// <summary>Whether something came that the device raises no event for; each arming tells it once.</summary>
    public bool TakeEvent() =>
        Interlocked.Exchange(ref _untoldEvent, 0) != 0 || (HasSpilled && Interlocked.Exchange(ref _armed, 0) != 0);

    /// <summary>Remembers an event that was taken from the channel for nobody.</summary>
    public void KeepEvent() => Volatile.Write(ref _untoldEvent, 1);

    /// <summary>Books an event that was taken from the channel.</summary>
    public void CountEvent()
    {
        _events++;
        Volatile.Write(ref _armed, 0);
    }

    private protected override bool TryPeek()
    {
        if (_spilledCount != 0)
        {
            return true;
        }

        _gate.Enter();
        if (!IsDisposed)
        {
            Fill();
        }

        _gate.Exit();
        return _spilledCount != 0;
    }

    private protected override void RearmNative(bool solicitedOnly)
    {
        if (Jfce is not null)
        {
            Volatile.Write(ref _armed, solicitedOnly ? 0 : 1);
        }

        VerbsError.Check(_context.Native->ops.req_notify_cq(Native, solicitedOnly ? 1 : 0), "arm a JFC");
    }
}
