using System.Diagnostics;
using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Liburma;

namespace Urma.Net.Ub;

/// <content>The end of queues that report here, and of this one.</content>
internal sealed unsafe partial class UbJfc
{
    /// <summary>Deletes a queue when its completions have been polled. False where this JFC is closed and nobody will poll.</summary>
    public bool FinishLater(IClosingQueue queue)
    {
        lock (_lock)
        {
            if (_disposed != 0)
            {
                return false;
            }

            _closing.Add((queue, TimeLimit.After(FlushBound)));
            _closingCount = _closing.Count;
            return true;
        }
    }

    // The library has nothing more: what a closed queue still owes is what the device did not carry out.
    public void FinishClosing(bool force)
    {
        Span<urma_cr_t> unhandled = stackalloc urma_cr_t[Batch];
        for (int i = _closingCount - 1; i >= 0; i--)
        {
            IClosingQueue queue;
            long deadline;
            lock (_lock)
            {
                if (i >= _closing.Count)
                {
                    continue;
                }

                (queue, deadline) = _closing[i];
            }

            if (!force && !queue.IsQuiet && !TimeLimit.HasPassed(deadline))
            {
                continue;
            }

            for (int count = queue.TakeUnhandled(unhandled); count > 0; count = queue.TakeUnhandled(unhandled))
            {
                foreach (ref urma_cr_t completion in unhandled[..count])
                {
                    urma_cr_t copy = completion;
                    if (Book(&copy))
                    {
                        lock (_lock)
                        {
                            _spilled.Enqueue(WideForm.Make(&copy));
                            _spilledCount = _spilled.Count;
                        }
                    }
                }
            }

            if (queue.TryDelete(force))
            {
                lock (_lock)
                {
                    _closing.RemoveAll(c => c.Queue == queue);
                    _closingCount = _closing.Count;
                }
            }
        }
    }

    private protected override void DisposeCore()
    {
        lock (_lock)
        {
            if (_disposed != 0)
            {
                return;
            }
        }

        FinishClosing(force: true);
        lock (_lock)
        {
            if (_disposed != 0)
            {
                return;
            }

            if (_reserved != 0)
            {
                throw new UrmaException(UrmaStatus.Failed, $"Queues with a depth of {_reserved} still report to this JFC: dispose them first.");
            }

            _disposed = 1;
        }

        // Whoever waits is told, and leaves before anything is deleted under it.
        var spin = default(SpinWait);
        while (_isWaiting)
        {
            Channel.Nudge();
            spin.SpinOnce();
        }

        _context.Drop(this);
        Channel.Detach(this);
        int status = (int)Liburma.urma_delete_jfc(_native);
        if (status != 0)
        {
            Trace.TraceWarning($"Deleting a JFC returned {status}: the device keeps it until the context is closed.");
        }

        _native = null;
        _ownJfce?.Dispose();
        NativeMemory.AlignedFree(_batch);
    }
}
