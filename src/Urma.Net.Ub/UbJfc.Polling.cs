using System.Runtime.CompilerServices;
using Urma.Net.Interop.Liburma;

namespace Urma.Net.Ub;

/// <content>From the library's records to completions, with what the device never saw in between.</content>
internal sealed unsafe partial class UbJfc
{
    private protected override int PollCore(Span<Completion> completions) => Poll<Completion, NarrowForm>(completions);

    private protected override int PollCore(Span<ReceiveCompletion> completions) => Poll<ReceiveCompletion, WideForm>(completions);

    private int Poll<T, TForm>(Span<T> completions)
        where TForm : struct, ICompletionForm<T>
    {
        if ((_spilledCount | Volatile.Read(ref _endedCount)) != 0)
        {
            return PollInOrder<T, TForm>(completions);
        }

        int taken = 0;
        while (taken < completions.Length)
        {
            int room = Math.Min(completions.Length - taken, Batch);
            int got = Liburma.urma_poll_jfc(_native, room, _batch);
            if (got <= 0)
            {
                return taken != 0 ? taken : PollNothing<T, TForm>(completions, got);
            }

            // What was refused meanwhile may belong between these: whoever posted them had said so before.
            if (Volatile.Read(ref _endedCount) != 0)
            {
                SpillBatch(got);
                return taken + TakeSpilled<T, TForm>(completions[taken..]);
            }

            for (int i = 0; i < got; i++)
            {
                urma_cr_t* completion = _batch + i;
                if (Book(completion))
                {
                    completions[taken++] = TForm.Make(completion);
                }
            }

            if (got < room)
            {
                return taken;
            }
        }

        return taken;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int PollInOrder<T, TForm>(Span<T> completions)
        where TForm : struct, ICompletionForm<T>
    {
        int got = _spilledCount == 0 ? Fill() : 0;
        return _spilledCount == 0 ? PollNothing<T, TForm>(completions, got) : TakeSpilled<T, TForm>(completions);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int PollNothing<T, TForm>(Span<T> completions, int result)
        where TForm : struct, ICompletionForm<T>
    {
        if (result < 0)
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            throw new UrmaException(UrmaStatus.Failed, $"liburma could not poll the JFC: it returned {result}. The device failed, or its process was forked.");
        }

        if (_closingCount == 0)
        {
            return 0;
        }

        FinishClosing(force: false);
        return TakeSpilled<T, TForm>(completions);
    }

    // Takes what there is out of the library, to be polled later, with what was refused in between.
    private int Fill()
    {
        int got = Liburma.urma_poll_jfc(_native, Batch, _batch);
        SpillBatch(got);
        return got;
    }

    private void SpillBatch(int got)
    {
        lock (Lock)
        {
            for (int i = 0; i < got; i++)
            {
                if ((_batch[i].flag.value & 1) == 0
                    && _context.FindSendQueue(UbSendQueue.KeyOf(_batch[i].local_id, (_batch[i].flag.value & 2) != 0)) is { } sender)
                {
                    SpillEnded(sender);
                }

                if (Book(_batch + i))
                {
                    _spilled.Enqueue(WideForm.Make(_batch + i));
                }
            }

            foreach (UbSendQueue sender in _senders)
            {
                SpillEnded(sender);
            }

            _spilledCount = _spilled.Count;
        }
    }

    // What ended without the device, and whose turn it is. Under the lock.
    private void SpillEnded(UbSendQueue queue)
    {
        while (queue.TryTakeEnded(out ReceiveCompletion completion))
        {
            _spilled.Enqueue(completion);
            Interlocked.Decrement(ref _endedCount);
        }
    }

    private int TakeSpilled<T, TForm>(Span<T> completions)
        where TForm : struct, ICompletionForm<T>
    {
        int taken = 0;
        lock (Lock)
        {
            while (taken < completions.Length && _spilled.TryDequeue(out ReceiveCompletion completion))
            {
                completions[taken++] = TForm.Make(completion);
            }

            _spilledCount = _spilled.Count;
        }

        return taken;
    }

    /// <summary>Books a completion with its queue. False for a marker, which says something about a queue and carries no user context.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Book(urma_cr_t* completion)
    {
        bool isJetty = (completion->flag.value & 2) != 0;
        if ((completion->flag.value & 1) != 0)
        {
            if (_lastReceiver is not { IsDeleted: false } receiver || _lastReceiverId != completion->local_id || _lastReceiverIsJetty != isJetty)
            {
                receiver = FindReceiver(completion->local_id, isJetty)!;
            }

            receiver?.Complete(*completion);
        }
        else
        {
            ulong key = UbSendQueue.KeyOf(completion->local_id, isJetty);
            if (_lastSender is not { IsDeleted: false } sender || sender.Key != key)
            {
                sender = (_lastSender = _context.FindSendQueue(key))!;
            }

            sender?.Complete(*completion);
        }

        return (completion->flag.value & 0b1100) == 0;
    }

    private UbJfr? FindReceiver(uint id, bool isJetty)
    {
        _lastReceiver = isJetty ? _context.FindReceiveQueueOf(id) : _context.FindReceiveQueue(id);
        _lastReceiverId = id;
        _lastReceiverIsJetty = isJetty;
        return _lastReceiver;
    }

    /// <summary>One of the two forms a completion is polled in; resolved when compiled.</summary>
    private interface ICompletionForm<T>
    {
        static abstract T Make(urma_cr_t* completion);

        static abstract T Make(in ReceiveCompletion completion);
    }

    private readonly struct NarrowForm : ICompletionForm<Completion>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Completion Make(urma_cr_t* completion)
        {
            bool isReceive = (completion->flag.value & 1) != 0;
            CompletionFlags flags = isReceive
                ? CompletionFlags.Receive | (HasImmediate(completion) ? CompletionFlags.Immediate : 0)
                : (completion->flag.value & 2) != 0 ? CompletionFlags.Jetty : CompletionFlags.None;
            bool isSuccess = completion->status == urma_cr_status_t.URMA_CR_SUCCESS;
            return new Completion(completion->user_ctx, isSuccess ? completion->completion_len : 0, (CompletionStatus)completion->status, flags);
        }

        public static Completion Make(in ReceiveCompletion completion) => completion.Completion;

        public static bool HasImmediate(urma_cr_t* completion) =>
            (ReceiveOpcode)completion->opcode is ReceiveOpcode.SendWithImmediate or ReceiveOpcode.WriteWithImmediate;
    }

    private readonly struct WideForm : ICompletionForm<ReceiveCompletion>
    {
        public static ReceiveCompletion Make(urma_cr_t* completion)
        {
            Completion narrow = NarrowForm.Make(completion);
            return narrow.IsReceive
                ? new ReceiveCompletion(
                    narrow,
                    NarrowForm.HasImmediate(completion) ? completion->imm_data : 0,
                    completion->remote_id.uasid,
                    completion->remote_id.id,
                    (ReceiveOpcode)completion->opcode)
                : new ReceiveCompletion(narrow, 0, 0, 0, ReceiveOpcode.Send);
        }

        public static ReceiveCompletion Make(in ReceiveCompletion completion) => completion;
    }
}
