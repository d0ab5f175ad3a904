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
        lock (Lock)
        {
            if (IsDisposed)
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
            lock (Lock)
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
                        lock (Lock)
                        {
                            _spilled.Enqueue(WideForm.Make(&copy));
                            _spilledCount = _spilled.Count;
                        }
                    }
                }
            }

            if (queue.TryDelete(force))
            {
                lock (Lock)
                {
                    _closing.RemoveAll(c => c.Queue == queue);
                    _closingCount = _closing.Count;
                }
            }
        }
    }

    private protected override void DisposeCore()
    {
        if (!IsDisposed)
        {
            FinishClosing(force: true);
        }

        base.DisposeCore();
    }

    private protected override int DeleteNative()
    {
        int status = (int)Liburma.urma_delete_jfc(_native);
        _native = null;
        NativeMemory.AlignedFree(_batch);
        return status;
    }
}
