using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Liburma;

namespace Urma.Net.Ub;

/// <summary>A completion queue.</summary>
internal sealed unsafe partial class UbJfc : Jfc
{
    // What some devices give at most in one call.
    private const int Batch = 16;

    // A device that has not said by then that a queue is flushed will not say it.
    private static readonly TimeSpan FlushBound = TimeSpan.FromSeconds(2);

    private readonly UbContext _context;
    private readonly UbJfce? _ownJfce;
    private readonly Lock _lock = new();
    private readonly Queue<ReceiveCompletion> _spilled = new();
    private readonly List<(IClosingQueue Queue, long Deadline)> _closing = [];
    private readonly urma_cr_t* _batch = (urma_cr_t*)NativeMemory.AlignedAlloc((nuint)(Batch * sizeof(urma_cr_t)), 64);
    private urma_jfc_t* _native;
    private UbSendQueue? _lastSender;
    private UbJfr? _lastReceiver;
    private uint _lastReceiverId;
    private bool _lastReceiverIsJetty;
    private volatile int _spilledCount;
    private volatile UbSendQueue[] _senders = [];
    private int _endedCount;
    private volatile int _closingCount;
    private int _reserved;
    private int _queues;
    private volatile int _disposed;
    private volatile bool _isWaiting;

    public UbJfc(UbContext context, JfcOptions options)
        : base(context, options)
    {
        _context = context;
        Depth = options.Depth;

        // Waiting for one JFC needs a channel as well.
        _ownJfce = options.Jfce is null ? new UbJfce(context) : null;
        Channel = _ownJfce ?? (UbJfce)options.Jfce!;
        var config = default(urma_jfc_cfg_t);
        config.depth = (uint)Math.Min((long)Depth + Markers(Depth), context.Capabilities.MaxJfcDepth);
        config.jfce = Channel.Native;
        Marshal.SetLastSystemError(0);
        _native = Liburma.urma_create_jfc(context.Native, &config);
        int error = Marshal.GetLastSystemError();
        if (_native == null)
        {
            UrmaException failure = UbError.FromErrno(error, $"create a JFC of depth {Depth}");
            _ownJfce?.Dispose();
            throw failure;
        }

        Channel.Attach(this);
    }

    public override int Depth { get; }

    public urma_jfc_t* Native => _native;

    /// <summary>The channel its events come through; one of its own where the user gave none.</summary>
    public UbJfce Channel { get; }

    // Each queue ends with one completion more, which says that it is flushed (UMDK's API guide: the sum of the depths plus the number of
    // jetties).
    private static int Markers(int depth) => Math.Min(depth, 4096);

    /// <summary>Sets aside room for a queue of the given depth, or says why there is none.</summary>
    public void Reserve(int depth, string what)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            if (depth > Depth - _reserved)
            {
                throw new UrmaException(
                    UrmaStatus.InvalidArgument,
                    $"The JFC has a depth of {Depth}, of which {_reserved} serve other queues; a {what} of depth {depth} does not fit. " +
                    $"Set JfcOptions.Depth to at least {_reserved + depth}, the sum of the depths of all queues that report to it.");
            }

            if (_queues == Markers(Depth))
            {
                throw new UrmaException(UrmaStatus.InvalidArgument, $"{_queues} queues report to this JFC already, as many as its depth of {Depth} allows: use another JFC, or a deeper one.");
            }

            _queues++;
            _reserved += depth;
        }
    }

    public void Release(int depth)
    {
        lock (_lock)
        {
            _queues--;
            _reserved -= depth;
        }
    }

    /// <summary>Looks for what ended without the device in a send queue, too.</summary>
    public void Add(UbSendQueue queue)
    {
        lock (_lock)
        {
            _senders = [.. _senders, queue];
        }
    }

    /// <summary>Takes what a deleted queue still has, and forgets it.</summary>
    public void Remove(UbSendQueue queue)
    {
        lock (_lock)
        {
            SpillEnded(queue);
            _spilledCount = _spilled.Count;
            _senders = [.. _senders.Where(q => q != queue)];
        }
    }

    /// <summary>Says that a request ended without the device. Posting thread.</summary>
    public void TellEnded()
    {
        Interlocked.Increment(ref _endedCount);
        Channel.Nudge();
    }

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
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
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
        lock (_lock)
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
        lock (_lock)
        {
            while (taken < completions.Length && _spilled.TryDequeue(out ReceiveCompletion completion))
            {
                completions[taken++] = TForm.Make(completion);
            }

            _spilledCount = _spilled.Count;
        }

        return taken;
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
