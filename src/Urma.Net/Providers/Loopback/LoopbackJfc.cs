using System.Runtime.CompilerServices;

namespace Urma.Net.Providers.Loopback;

/// <summary>Polls the rings of the send queues and lanes that report to it.</summary>
internal sealed unsafe partial class LoopbackJfc : Jfc
{
    // Looking at eight lines costs less than one cache miss; beyond that sources take turns through the doorbell.
    private const int MaxHot = 8;

    // Some 100 microseconds of polling: long enough for a ping-pong partner, short enough to make room for others.
    private const int IdlePollsBeforeArming = 16384;

    // Every so many polls the doorbell comes first, so that busy hot sources starve nobody, however short the caller's span.
    private const int DoorbellInterval = 16;

    private static readonly TimeSpan LeaveBound = TimeSpan.FromSeconds(5);

    private readonly LoopbackContext _context;
    private readonly Lock _sourcesLock = new();
    private readonly CompletionSource[] _hot = new CompletionSource[MaxHot];
    private LoopbackSendQueue[] _queues = [];
    private CompletionSource?[] _sources = new CompletionSource?[16];
    private int _hotCount;
    private int _nextHot;
    private long _polls;
    private int _pollsSinceDoorbell;
    private int _reserved;
    private volatile int _pendingQueues;
    private volatile bool _closingSources;
    private AdaptiveWait _wait = new();
    private volatile bool _isWaiting;
    private volatile bool _disposed;

    public LoopbackJfc(LoopbackContext context, JfcOptions options)
        : base(context, options)
    {
        _context = context;
        Depth = options.Depth;
        var jfce = (LoopbackJfce?)options.Jfce;
        Doorbell = LoopbackDoorbell.Create();

        // With a fabric model something may always be on its way.
        _pendingQueues = context.Links is null ? 0 : 1;
        jfce?.Attach(this);
    }

    public override int Depth { get; }

    public LoopbackDoorbell Doorbell { get; }

    /// <summary>Sets aside room for a queue of the given depth, or says why there is none.</summary>
    public void Reserve(int depth, string what)
    {
        lock (_sourcesLock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (depth > Depth - _reserved)
            {
                throw new UrmaException(
                    UrmaStatus.InvalidArgument,
                    $"The JFC has a depth of {Depth}, of which {_reserved} serve other queues; a {what} of depth {depth} does not fit. " +
                    $"Set JfcOptions.Depth to at least {_reserved + depth}, the sum of the depths of all queues that report to it.");
            }

            _reserved += depth;
        }
    }

    public void Release(int depth)
    {
        lock (_sourcesLock)
        {
            _reserved -= depth;
        }
    }

    /// <summary>Starts polling a source. Any thread. It begins armed, so the poller hears of its first entry.</summary>
    public void Attach(CompletionSource source)
    {
        lock (_sourcesLock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            int bit = Array.IndexOf(_sources, null);
            if (bit < 0)
            {
                bit = _sources.Length;
                if (bit == LoopbackDoorbell.MaxSources)
                {
                    throw new UrmaException(UrmaStatus.OutOfMemory, $"{LoopbackDoorbell.MaxSources} queues and senders report to this JFC already: use another JFC.");
                }

                Array.Resize(ref _sources, Math.Min(bit * 2, LoopbackDoorbell.MaxSources));
            }

            Volatile.Write(ref *source.Armed, 1);
            source.Bit = bit;
            Volatile.Write(ref _sources[bit], source);
        }
    }

    /// <summary>Says that a source's writer is gone. Any thread; the poller delivers the rest and lets go of it.</summary>
    public void Close(CompletionSource source)
    {
        source.IsClosing = true;
        _closingSources = true;
        Doorbell.Wake();
    }

    public void AddPending(int change) => Interlocked.Add(ref _pendingQueues, change);

    public void AddQueue(LoopbackSendQueue queue)
    {
        lock (_sourcesLock)
        {
            _queues = [.. _queues, queue];
        }
    }

    public void RemoveQueue(LoopbackSendQueue queue)
    {
        lock (_sourcesLock)
        {
            _queues = [.. _queues.Where(q => q != queue)];
        }
    }

    private protected override int PollCore(Span<Completion> completions) => PollAs<Completion, NarrowForm>(completions);

    private protected override int PollCore(Span<ReceiveCompletion> completions) => PollAs<ReceiveCompletion, WideForm>(completions);

    /// <summary>Polls in a form of the caller's; otherwise as <see cref="Jfc.Poll(Span{Completion})"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int PollAs<T, TForm>(Span<T> completions)
        where TForm : struct, ICompletionForm<T>
    {
        int taken = 0;
        int hot = _hotCount;
        _polls++;
        bool doorbellFirst = ++_pollsSinceDoorbell >= DoorbellInterval;
        if (doorbellFirst)
        {
            taken = TakeRung<T, TForm>(completions);
            hot = _hotCount;
        }

        for (int i = 0; i < hot && taken < completions.Length; i++)
        {
            CompletionSource source = NextHot(hot);
            if (source.HasEntry)
            {
                source.LastUsed = _polls;
                taken += Drain<T, TForm>(source, completions[taken..]);
            }
        }

        return taken == 0 && !doorbellFirst ? TakeRung<T, TForm>(completions) : taken;
    }

    private int TakeRung<T, TForm>(Span<T> completions)
        where TForm : struct, ICompletionForm<T>
    {
        int taken = 0;
        _pollsSinceDoorbell = 0;
        if (NeedsAttention)
        {
            while (taken < completions.Length && NextRung() is { } source)
            {
                taken += Drain<T, TForm>(source, completions[taken..]);
                KeepBit(source);
            }
        }

        return taken;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Drain<T, TForm>(CompletionSource source, Span<T> completions)
        where TForm : struct, ICompletionForm<T>
    {
        int taken = 0;
        while (taken < completions.Length && source.HasEntry)
        {
            // What only the wide form shows is read before the entry is given back to its writer.
            LaneEntry* entry = source.Entries + (source.Taken & source.Mask);
            ulong value = entry->Value;
            uint jetty = entry->SourceJettyId;
            byte opcode = entry->Opcode;
            if (source.Take(entry, out Completion completion))
            {
                TForm.Write(out completions[taken++], completion, source, value, jetty, opcode);
            }
        }

        return taken;
    }

    // Sources take turns at being first, so that one busy sender cannot fill every poll.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private CompletionSource NextHot(int hot)
    {
        int next = _nextHot + 1;
        if (next >= hot)
        {
            next = 0;
        }

        _nextHot = next;
        return _hot[next];
    }

    private readonly struct NarrowForm : ICompletionForm<Completion>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Write(out Completion target, Completion completion, CompletionSource source, ulong value, uint jetty, byte opcode) =>
            target = completion;
    }

    private readonly struct WideForm : ICompletionForm<ReceiveCompletion>
    {
        public static void Write(
            out ReceiveCompletion target, Completion completion, CompletionSource source, ulong value, uint jetty, byte opcode) =>
            target = !completion.IsReceive
                ? new ReceiveCompletion(completion, 0, 0, 0, ReceiveOpcode.Send)
                : opcode == LaneEntry.PackedOpcode
                    ? new ReceiveCompletion(completion, 0, source.SourceUasid, jetty, ReceiveOpcode.Send)
                    : new ReceiveCompletion(completion, value, source.SourceUasid, jetty, (ReceiveOpcode)opcode);
    }
}
