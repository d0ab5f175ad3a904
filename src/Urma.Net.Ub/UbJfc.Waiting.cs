using Urma.Net.Internal;
using Urma.Net.Interop.Liburma;

namespace Urma.Net.Ub;

/// <content>Waiting: spin, yield, then sleep on the channel's descriptor.</content>
internal sealed unsafe partial class UbJfc
{
    // Some microseconds: longer than a peer that answers at once takes.
    private const int SpinLooks = 200;
    private const int YieldLooks = 20;

    /// <summary>Whether a poll would take something, as far as is known without asking the library.</summary>
    public bool HasSpilled => _spilledCount != 0 || (Volatile.Read(ref _endedCount) != 0 && Array.Exists(_senders, static s => s.HasEnded));

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

    public override void Rearm(bool solicitedOnly = false)
    {
        if (Jfce is null)
        {
            throw new InvalidOperationException("The JFC has no JFCE: give one in JfcOptions, or use Wait.");
        }

        RearmNative(solicitedOnly);
    }

    // Takes what there is out of the library, so that the next poll has it.
    private bool TryPeek()
    {
        if (_spilledCount != 0)
        {
            return true;
        }

        int got = Fill();
        if (got <= 0 && _closingCount != 0)
        {
            FinishClosing(force: false);
        }

        return _spilledCount != 0;
    }

    private void RearmNative(bool solicitedOnly)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        UbError.Check((int)Liburma.urma_rearm_jfc(_native, solicitedOnly ? (byte)1 : (byte)0), "arm a JFC");
    }
}
