using Urma.Net.Interop.Libibverbs;
using Urma.Net.Providers.Loopback;

namespace Urma.Net.Exports.Roub;

/// <summary>A shared receive queue. Posting is thread-safe, because the engine's is.</summary>
/// <remarks>
/// The engine's queue belongs to a JFC, those who use it in verbs report to the CQs of their QPs: the JFC here is one that is never polled
/// but for the end, when what was not used is flushed into it.
/// </remarks>
internal sealed unsafe class RoubSrq : IDisposable
{
    private readonly RoubContext _context;
    private readonly RoubPd _domain;
    private readonly LoopbackJfc _drain;
    private readonly ReceivePoster _poster;
    private readonly uint _depth;
    private readonly uint _maxSge;
    private int _users;
    private int _limit;

    public RoubSrq(RoubPd domain, void* userContext, in ibv_srq_attr attributes)
    {
        RoubDeviceLimits.CheckReceive(attributes.max_wr, attributes.max_sge);
        _context = domain.Context;
        _domain = domain;
        _depth = Math.Max(1u, attributes.max_wr);
        _maxSge = Math.Max(1u, attributes.max_sge);
        _drain = (LoopbackJfc)_context.Engine.CreateJfc(new JfcOptions { Depth = _context.Engine.Capabilities.MaxJfcDepth });
        try
        {
            Engine = (LoopbackJfr)_context.Engine.CreateJfr(new JfrOptions { ReceiveJfc = _drain, Depth = (int)_depth, MaxSge = (int)_maxSge, IsOpen = true });
        }
        catch
        {
            _drain.Dispose();
            throw;
        }

        _poster = new ReceivePoster(_context, domain.Number, (int)_maxSge);
        Block = Blocks.Create<ibv_srq>(this, BlockKind.SharedReceiveQueue);
        Block->context = _context.Block;
        Block->srq_context = userContext;
        Block->pd = domain.Block;
        _limit = (int)attributes.srq_limit;
        domain.AddUser();
        _context.Keep(this);
    }

    public RoubContext Context => _context;

    public RoubPd Domain => _domain;

    public LoopbackJfr Engine { get; }

    public ibv_srq* Block { get; }

    /// <summary>Asynchronous events that the program has in its hands.</summary>
    public Acknowledgements Events { get; } = new();

    /// <summary>Whether somebody wants to be told when few receives are left.</summary>
    public bool HasLimit => Volatile.Read(ref _limit) != 0;

    public void AddUser() => Interlocked.Increment(ref _users);

    public void RemoveUser() => Interlocked.Decrement(ref _users);

    public int Post(ibv_recv_wr* request, ibv_recv_wr** bad) => _poster.Post(Engine, request, bad);

    /// <summary>A receive was used.</summary>
    public void OnUsed()
    {
        int limit = Volatile.Read(ref _limit);
        if (limit != 0 && Engine.Outstanding < limit && Interlocked.CompareExchange(ref _limit, 0, limit) == limit)
        {
            _context.Events.Raise(ibv_event_type.IBV_EVENT_SRQ_LIMIT_REACHED, Block, Events);
        }
    }

    public int Modify(ibv_srq_attr* attributes, int mask)
    {
        const int known = (int)(ibv_srq_attr_mask.IBV_SRQ_MAX_WR | ibv_srq_attr_mask.IBV_SRQ_LIMIT);
        if ((mask & ~known) != 0 || ((mask & (int)ibv_srq_attr_mask.IBV_SRQ_LIMIT) != 0 && attributes->srq_limit > _depth))
        {
            return Answer.Code(Errno.EINVAL);
        }

        // The engine's queue has the size it was made with; a smaller one is in it.
        if ((mask & (int)ibv_srq_attr_mask.IBV_SRQ_MAX_WR) != 0 && attributes->max_wr > (uint)Engine.Depth)
        {
            return Answer.Code(Errno.EOPNOTSUPP);
        }

        if ((mask & (int)ibv_srq_attr_mask.IBV_SRQ_LIMIT) != 0)
        {
            Volatile.Write(ref _limit, (int)attributes->srq_limit);
            OnUsed();
        }

        return 0;
    }

    public int Query(ibv_srq_attr* attributes)
    {
        *attributes = new ibv_srq_attr { max_wr = (uint)Engine.Depth, max_sge = _maxSge, srq_limit = (uint)Volatile.Read(ref _limit) };
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
        Blocks.Free(Block);
        return 0;
    }

    /// <summary>Ends it with its context, which waits for nobody.</summary>
    public void Dispose()
    {
        End();
        Blocks.Free(Block);
    }

    private void End()
    {
        Engine.Dispose();
        Span<Completion> flushed = stackalloc Completion[64];
        for (int idle = 0; idle < 2;)
        {
            idle = _drain.Poll(flushed) == 0 ? idle + 1 : 0;
        }

        _drain.Dispose();
        _context.Events.Forget(Block);
        _domain.RemoveUser();
    }
}
