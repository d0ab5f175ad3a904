using Urma.Net.Internal;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Verbs;

/// <content>Waiting: spin, yield, then sleep on the channel's descriptor.</content>
internal sealed unsafe partial class VerbsJfc
{
    // Some microseconds: longer than a peer that answers at once takes.
    private const int SpinLooks = 200;
    private const int YieldLooks = 20;

    /// <summary>Whether a poll would take something, as far as is known without asking the device.</summary>
    public bool HasSpilled => _spilledCount != 0 || Volatile.Read(ref _attention) != 0;

    public override bool WaitUntilReady(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        long deadline = TimeLimit.After(timeout);
        _isWaiting = true;
        try
        {
            // Whoever disposes this waits from here on until the waiter has left.
            Interlocked.MemoryBarrier();
            return WaitUntil(deadline, cancellationToken);
        }
        finally
        {
            _isWaiting = false;
        }
    }

    public override void Rearm(bool solicitedOnly = false)
    {
        if (Jfce is null)
        {
            throw new InvalidOperationException("The JFC has no JFCE: give one in JfcOptions, or use Wait.");
        }

        Volatile.Write(ref _armed, solicitedOnly ? 0 : 1);
        RearmNative(solicitedOnly);
    }

    /// <summary>Whether something came that the device raises no event for; each arming tells it once.</summary>
    public bool TakeEvent() =>
        Interlocked.Exchange(ref _untoldEvent, 0) != 0 || (HasSpilled && Interlocked.Exchange(ref _armed, 0) != 0);

    /// <summary>Remembers an event that was taken from the channel for nobody.</summary>
    public void KeepEvent() => Volatile.Write(ref _untoldEvent, 1);

    private bool WaitUntil(long deadline, CancellationToken cancellationToken)
    {
        for (int look = 0; look < SpinLooks + YieldLooks; look++)
        {
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            if (TryPeek())
            {
                return true;
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (TimeLimit.HasPassed(deadline))
            {
                return false;
            }

            if (look >= SpinLooks)
            {
                Thread.Yield();
            }
        }

        while (true)
        {
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            if (Jfce is null)
            {
                RearmNative(solicitedOnly: false);
            }

            if (TryPeek())
            {
                return true;
            }

            cancellationToken.ThrowIfCancellationRequested();
            TimeSpan left = TimeLimit.Left(deadline);
            if (left == TimeSpan.Zero)
            {
                return false;
            }

            if (Jfce is null)
            {
                Channel.WaitFor(left, cancellationToken);
            }
            else
            {
                // Its events are for whoever waits on the user's channel.
                Thread.Sleep(1);
            }
        }
    }

    // Takes what there is out of the device, so that the next poll has it.
    private bool TryPeek()
    {
        if (_spilledCount != 0)
        {
            return true;
        }

        _gate.Enter();
        if (_disposed == 0)
        {
            Fill();
        }

        _gate.Exit();
        return _spilledCount != 0;
    }

    private void RearmNative(bool solicitedOnly)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        VerbsError.Check(_context.Native->ops.req_notify_cq(Native, solicitedOnly ? 1 : 0), "arm a JFC");
    }
}
