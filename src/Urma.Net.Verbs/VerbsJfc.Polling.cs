using System.Runtime.CompilerServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Verbs;

/// <content>From the device's records to completions.</content>
internal sealed unsafe partial class VerbsJfc
{
    private protected override int PollCore(Span<Completion> completions) => Poll<Completion, NarrowForm>(completions);

    private protected override int PollCore(Span<ReceiveCompletion> completions) => Poll<ReceiveCompletion, WideForm>(completions);

    private int Poll<T, TForm>(Span<T> completions)
        where TForm : struct, ICompletionForm<T>
    {
        _gate.Enter();
        int taken = 0;
        int failure = 0;
        if (IsDisposed)
        {
            _gate.Exit();
            ThrowHelper.Disposed(this);
        }

        if ((_spilledCount | Volatile.Read(ref _attention)) != 0)
        {
            taken = TakeInOrder<T, TForm>(completions);
        }

        while (taken < completions.Length && _spilledCount == 0)
        {
            int room = Math.Min(completions.Length - taken, Batch);
            int got = _pollNative(Native, room, _batch);
            if (got <= 0)
            {
                failure = got;
                break;
            }

            for (int i = 0; i < got; i++)
            {
                ibv_wc* work = _batch + i;
                if (_spilledCount == 0 && TryMake<T, TForm>(work, out T completion))
                {
                    completions[taken++] = completion;
                }
                else
                {
                    Take(work);
                }
            }

            if (_spilledCount != 0)
            {
                taken += TakeSpilled<T, TForm>(completions[taken..]);
            }

            if (got < room)
            {
                break;
            }
        }

        _gate.Exit();
        if (failure < 0 && taken == 0)
        {
            ThrowDeviceFailed(failure);
        }

        return taken;
    }

    // What ends a request in the usual way needs no detour.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryMake<T, TForm>(ibv_wc* work, out T completion)
        where TForm : struct, ICompletionForm<T>
    {
        if (work->status == ibv_wc_status.IBV_WC_SUCCESS)
        {
            if (WorkId.IsReceive(work->wr_id))
            {
                bool isOurs = _context.TryCompleteReceive(work, out ReceiveCompletion receive);
                completion = TForm.Make(in receive);
                return isOurs;
            }

            if (_context.FindLane(WorkId.Lane(work->wr_id)) is { } lane && lane.ReportsTo(this) && lane.TryCompleteHead(work->wr_id, out Completion done))
            {
                completion = TForm.Make(in done);
                return true;
            }
        }

        completion = default!;
        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Take(ibv_wc* work)
    {
        if (WorkId.IsReceive(work->wr_id))
        {
            if (_context.TryCompleteReceive(work, out ReceiveCompletion completion))
            {
                SpillReceive(in completion);
            }
        }
        else if (_context.FindLane(WorkId.Lane(work->wr_id)) is { } lane && lane.ReportsTo(this))
        {
            lane.Complete(work->wr_id, work->status);
        }
    }

    // How many the device had. Under the gate.
    private int Fill()
    {
        if (Volatile.Read(ref _attention) != 0)
        {
            AttendLanes();
        }

        int got = _pollNative(Native, Batch, _batch);
        for (int i = 0; i < got; i++)
        {
            Take(_batch + i);
        }

        return got;
    }

    // What is in the device's queue was before what ended without it.
    private int TakeInOrder<T, TForm>(Span<T> completions)
        where TForm : struct, ICompletionForm<T>
    {
        if (_spilledCount == 0)
        {
            AttendLanes();
        }

        return TakeSpilled<T, TForm>(completions);
    }

    private void AttendLanes()
    {
        Interlocked.Exchange(ref _attention, 0);
        foreach (Lane lane in _lanes)
        {
            lane.RetireEnded();
        }
    }

    private int TakeSpilled<T, TForm>(Span<T> completions)
        where TForm : struct, ICompletionForm<T>
    {
        int taken = 0;
        while (taken < completions.Length && _spilled.TryDequeue(out (ReceiveCompletion Completion, VerbsSendQueue? Queue) spilled))
        {
            completions[taken++] = TForm.Make(in spilled.Completion);
            spilled.Queue?.Complete(spilled.Completion.Completion.Status == CompletionStatus.Success);
        }

        _spilledCount = _spilled.Count;
        return taken;
    }

    private static void ThrowDeviceFailed(int result) =>
        throw new UrmaException(UrmaStatus.Failed, $"The device could not be polled: ibv_poll_cq returned {result}. It failed or was removed.");

    /// <summary>One of the two forms a completion is polled in; resolved when compiled.</summary>
    private interface ICompletionForm<T>
    {
        static abstract T Make(in Completion completion);

        static abstract T Make(in ReceiveCompletion completion);
    }

    private readonly struct NarrowForm : ICompletionForm<Completion>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Completion Make(in Completion completion) => completion;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Completion Make(in ReceiveCompletion completion) => completion.Completion;
    }

    private readonly struct WideForm : ICompletionForm<ReceiveCompletion>
    {
        public static ReceiveCompletion Make(in Completion completion) => new(completion, 0, 0, 0, ReceiveOpcode.Send);

        public static ReceiveCompletion Make(in ReceiveCompletion completion) => completion;
    }
}
