using Urma.Net.Interop.Liburma;
using Urma.Net.Providers.Loopback;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>A bare send queue.</summary>
internal sealed unsafe class SoftJfs : ILife<urma_jfs_t, urma_jfs_cfg_t>
{
    public SoftJfs(SoftContext context, urma_jfs_t* block)
    {
        Context = context;
        Jfc = Configs.CheckJfs(context, &block->jfs_cfg);
        Jfs engine = context.Engine.CreateJfs(SoftSendQueue.OptionsOf(&block->jfs_cfg, Jfc, null));
        Queue = new SoftSendQueue(Jfc, engine, &block->jfs_cfg, (nint)block);
        Block = block;
        Block->urma_ctx = context.Block;
        Block->jfs_id = Ids.Of(context, Queue.Id);
        Block->handle = Queue.Id;
        context.AddChild();
        Blocks.Attach(block, this, BlockKind.Jfs);
    }

    public static BlockKind Kind => BlockKind.Jfs;

    public static BlockKind Draft => BlockKind.JfsDraft;

    public SoftContext Context { get; }

    public SoftJfc Jfc { get; }

    public SoftSendQueue Queue { get; }

    public urma_jfs_t* Block { get; }

    public int Query(urma_jfs_cfg_t* config, urma_jfs_attr_t* attributes)
    {
        *config = Block->jfs_cfg;
        *attributes = new urma_jfs_attr_t { state = Queue.State };
        return URMA_SUCCESS;
    }

    public static ref urma_jfs_cfg_t ConfigOf(urma_jfs_t* block) => ref block->jfs_cfg;

    public static ref urma_context_t* ContextOf(urma_jfs_t* block) => ref block->urma_ctx;

    public static ref byte IsActive(urma_jfs_t* block) => ref block->urma_jfs_opt.is_actived;

    public static void Make(SoftContext context, urma_jfs_t* block) => _ = new SoftJfs(context, block);

    public void Leave() => Context.Bury(Block);

    /// <summary>Ends the queue; the structure stays, because unpolled completions name it.</summary>
    public void Close()
    {
        Queue.Close();
        Context.DropEvents(Block);
        Blocks.Retire(Block);
        Context.RemoveChild();
    }
}
