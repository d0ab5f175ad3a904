using System.Runtime.CompilerServices;
using Urma.Net.Interop.Libibverbs;
using Urma.Net.Providers.Loopback;

namespace Urma.Net.Exports.Roub;

/// <summary>A completion queue. Thread-safe.</summary>
/// <remarks>
/// The engine's queue never loses a completion, so how deep a program makes it matters only for the asynchronous event that tells of a
/// loss on a device. Beside the engine's completions there are <em>kept</em> ones, which were taken out of it while those of a
/// QP that went were removed, and <em>late</em> ones, of requests that were posted to a QP in the error state; these come last.
/// </remarks>
internal sealed unsafe class RoubCq : IDisposable
{
    private const int Batch = 64;

    // Programs that poll without a pause wait for a peer that may need this processor: after so many polls for nothing it is offered.
    private const int IdlePollsBeforeYield = 1024;

    private readonly RoubContext _context;
    private readonly RoubChannel? _channel;
    private readonly List<ibv_wc> _kept = [];
    private readonly List<ibv_wc> _late = [];
    private readonly bool _isStrict = Settings.IsStrict;
    private BiasedLock _lock;
    private volatile bool _hasExtra;
    private volatile bool _watchesReceives;
    private bool _isArmed;
    private int _idlePolls;
    private int _users;

    public RoubCq(RoubContext context, int depth, void* userContext, RoubChannel? channel)
    {
        if (depth < 1 || depth > RoubDevice.MaxCompletions)
        {
            throw new RefusedException(Errno.EINVAL, $"A CQ of {depth} completions cannot be: 1 to {RoubDevice.MaxCompletions} are possible (max_cqe).");
        }

        _context = context;
        _channel = channel;
        Engine = (LoopbackJfc)context.Engine.CreateJfc(new JfcOptions { Depth = context.Engine.Capabilities.MaxJfcDepth, Jfce = channel?.Engine });
        Outer = Blocks.Create<CqBlock>(this, BlockKind.CompletionQueue);
        ibv_cq* block = Block;
        block->context = context.Block;
        block->channel = channel is null ? null : channel.Block;
        block->cq_context = userContext;
        block->cqe = depth;
        Engine.Face = (nint)block;
        channel?.AddUser();
        context.Keep(this);
    }

    public RoubContext Context => _context;

    public LoopbackJfc Engine { get; }

    public ibv_cq* Block => (ibv_cq*)Outer;

    /// <summary>Completion events that the program has in its hands.</summary>
    public Acknowledgements Events { get; } = new();

    private CqBlock* Outer { get; }

    public void AddUser() => Interlocked.Increment(ref _users);

    public void RemoveUser() => Interlocked.Decrement(ref _users);

    /// <summary>From now on somebody wants to know which receives of shared queues were used.</summary>
    public void WatchReceives() => _watchesReceives = true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Poll(int count, ibv_wc* completions)
    {
        bool privileged = _lock.Enter();
        int taken = _hasExtra
            ? PollWithExtra(new Span<ibv_wc>(completions, count))
            : Engine.PollAs<ibv_wc, WorkCompletionForm>(new Span<ibv_wc>(completions, count));

        // A QP that is destroyed meanwhile waits for the lock.
        for (int i = 0; i < taken; i++)
        {
            if (completions[i].status != ibv_wc_status.IBV_WC_SUCCESS || _watchesReceives || _isStrict)
            {
                Look(ref completions[i]);
            }
        }

        _lock.Exit(privileged);
        if (taken == 0)
        {
            if (++_idlePolls >= IdlePollsBeforeYield)
            {
                _idlePolls = 0;
                Thread.Yield();
            }

            return 0;
        }

        _idlePolls = 0;
        return taken;
    }

    /// <summary>Lets others poll after an exception threw the calling thread out of a call of this object.</summary>
    public void Abandon() => _lock.Abandon();

    public void Arm(bool solicitedOnly)
    {
        if (_channel is null)
        {
            return;
        }

        bool privileged = _lock.Enter();

        // An event tells of what comes after this call: the engine's would tell of what waits, too, and programs that count on one
        // completion for each event would find none.
        Keep(idlePolls: 1);
        Engine.Rearm(solicitedOnly);
        _isArmed = true;
        _lock.Exit(privileged);
    }

    /// <summary>Adds the completion of a request that was posted to a QP in the error state.</summary>
    public void AddFlushed(ulong requestId, uint queuePair, ibv_wc_opcode opcode)
    {
        bool privileged = _lock.Enter();
        _late.Add(new ibv_wc { wr_id = requestId, qp_num = queuePair, opcode = opcode, status = ibv_wc_status.IBV_WC_WR_FLUSH_ERR });
        _hasExtra = true;
        bool isDue = _isArmed;
        _isArmed = false;
        _lock.Exit(privileged);
        if (isDue)
        {
            _channel?.Raise(this);
        }
    }

    /// <summary>Removes the completions of a QP that is gone; its queues are closed already.</summary>
    public void Purge(uint queuePair)
    {
        bool privileged = _lock.Enter();

        // What is flushed comes with the poll after the one that closed its source.
        Keep(idlePolls: 2);
        _ = _kept.RemoveAll(completion => completion.qp_num == queuePair);
        _ = _late.RemoveAll(completion => completion.qp_num == queuePair);
        _hasExtra = _kept.Count + _late.Count != 0;

        // Looking for them has taken the engine's reason to announce what stays.
        bool isDue = _isArmed && _hasExtra;
        _isArmed &= !isDue;
        _lock.Exit(privileged);
        if (isDue)
        {
            _channel?.Raise(this);
        }
    }

    public int Resize(int depth)
    {
        if (depth < 1 || depth > RoubDevice.MaxCompletions)
        {
            return Answer.Code(Errno.EINVAL);
        }

        Block->cqe = depth;
        return 0;
    }

    public int Close()
    {
        if (Volatile.Read(ref _users) != 0)
        {
            return Answer.Code(Errno.EBUSY);
        }

        _context.Drop(this);
        End();
        Events.Wait();
        Blocks.Free(Outer);
        return 0;
    }

    /// <summary>Ends it with its context, which waits for nobody.</summary>
    public void Dispose()
    {
        End();
        Blocks.Free(Outer);
    }

    private void End()
    {
        // The channel finds the face in the engine's queue, so it comes first.
        _channel?.RemoveUser(this);
        Engine.Dispose();
        _context.Events.Forget(Block);
    }

    // Takes completions out of the engine's queue, until so many polls one after another have found none.
    private void Keep(int idlePolls)
    {
        Span<ibv_wc> batch = stackalloc ibv_wc[Batch];
        for (int idle = 0; idle < idlePolls;)
        {
            int taken = Engine.PollAs<ibv_wc, WorkCompletionForm>(batch);
            _kept.AddRange(batch[..taken]);
            idle = taken == 0 ? idle + 1 : 0;
        }

        _hasExtra = _kept.Count + _late.Count != 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int PollWithExtra(Span<ibv_wc> completions)
    {
        int taken = TakeFrom(_kept, completions);
        taken += Engine.PollAs<ibv_wc, WorkCompletionForm>(completions[taken..]);
        if (taken == 0)
        {
            taken = TakeFrom(_late, completions);
        }

        _hasExtra = _kept.Count + _late.Count != 0;
        return taken;
    }

    private static int TakeFrom(List<ibv_wc> list, Span<ibv_wc> completions)
    {
        int count = Math.Min(list.Count, completions.Length);
        for (int i = 0; i < count; i++)
        {
            completions[i] = list[i];
        }

        list.RemoveRange(0, count);
        return count;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Look(ref ibv_wc completion)
    {
        bool isReceive = (completion.opcode & ibv_wc_opcode.IBV_WC_RECV) != 0;
        if (isReceive && _context.FindQueuePair(completion.qp_num) is { } queuePair)
        {
            queuePair.OnReceived(completion.status);
        }

        if (_isStrict && !isReceive)
        {
            completion.opcode = 0;
            completion.wc_flags = 0;
        }
    }
}
