using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>A completion channel.</summary>
internal sealed unsafe class RoubChannel : IDisposable
{
    private readonly EventCarrier _carrier;
    private int _users;

    public RoubChannel(RoubContext context)
    {
        Context = context;
        _carrier = new EventCarrier(context.Engine, "urma-channel", Answer.Log, static face => Find.Cq((ibv_cq*)face)?.Events.Take());
        Block = Blocks.Create<ibv_comp_channel>(this, BlockKind.Channel);
        Block->context = context.Block;
        Block->fd = _carrier.Descriptor;
        context.Keep(this);
    }

    public RoubContext Context { get; }

    public Jfce Engine => _carrier.Engine;

    public ibv_comp_channel* Block { get; }

    public void AddUser()
    {
        Block->refcnt = Interlocked.Increment(ref _users);
        _carrier.Start();
    }

    /// <summary>A CQ is being destroyed: no event names it from now on.</summary>
    public void RemoveUser(RoubCq queue)
    {
        Block->refcnt = Interlocked.Decrement(ref _users);
        _carrier.Forget(queue.Engine);
    }

    /// <summary>Announces an event of a CQ.</summary>
    public void Raise(RoubCq queue) => _carrier.Raise((nint)queue.Block);

    /// <summary>Takes the next event; never waits for one.</summary>
    /// <returns>0, or −1 with errno; EAGAIN: there is none.</returns>
    public int Take(ibv_cq** queue, void** userContext)
    {
        if (!_carrier.TryTake(out nint face))
        {
            return Answer.Negative(Errno.EAGAIN);
        }

        *queue = (ibv_cq*)face;
        *userContext = (*queue)->cq_context;
        return 0;
    }

    public int Close()
    {
        if (Volatile.Read(ref _users) != 0)
        {
            return Answer.Code(Errno.EBUSY);
        }

        Context.Drop(this);
        Dispose();
        return 0;
    }

    public void Dispose()
    {
        _carrier.Dispose();
        Blocks.Free(Block);
    }
}
