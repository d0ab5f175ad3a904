using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>A thread domain: a promise of the program's, which the queues' locks find out by themselves.</summary>
internal sealed unsafe class RoubTd : IDisposable
{
    private readonly RoubContext _context;

    public RoubTd(RoubContext context)
    {
        _context = context;
        Block = Blocks.Create<ibv_td>(this, BlockKind.ThreadDomain);
        Block->context = context.Block;
        context.Keep(this);
    }

    public ibv_td* Block { get; }

    public int Close()
    {
        _context.Drop(this);
        Dispose();
        return 0;
    }

    public void Dispose() => Blocks.Free(Block);
}
