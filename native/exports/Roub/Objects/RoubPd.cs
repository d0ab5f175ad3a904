using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>A protection domain: a number that regions and queues must share. A parent domain is another name for its domain.</summary>
internal sealed unsafe class RoubPd : IDisposable
{
    private readonly RoubPd? _parent;
    private int _users;

    public RoubPd(RoubContext context, RoubPd? parent = null)
    {
        Context = context;
        _parent = parent;
        Number = parent?.Number ?? context.NextDomain();
        Block = Blocks.Create<ibv_pd>(this, BlockKind.Domain);
        Block->context = context.Block;
        Block->handle = Number;
        parent?.AddUser();
        context.Keep(this);
    }

    public RoubContext Context { get; }

    public uint Number { get; }

    public ibv_pd* Block { get; }

    public void AddUser() => Interlocked.Increment(ref _users);

    public void RemoveUser() => Interlocked.Decrement(ref _users);

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
        _parent?.RemoveUser();
        Blocks.Free(Block);
    }
}
