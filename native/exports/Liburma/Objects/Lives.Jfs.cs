using System.Runtime.InteropServices;
using Urma.Net.Interop.Liburma;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>How a Jfs comes and goes: create and delete, or alloc, active, deactive and free.</summary>
internal static unsafe partial class Lives
{
    public static urma_jfs_t* Create(SoftContext context, urma_jfs_cfg_t* config)
    {
        urma_jfs_t* block = Blocks.Allocate<urma_jfs_t>();
        try
        {
            block->jfs_cfg = *config;
            _ = new SoftJfs(context, block);
            block->urma_jfs_opt.is_actived = 1;
            *config = block->jfs_cfg;
            return block;
        }
        catch
        {
            NativeMemory.Free(block);
            throw;
        }
    }

    public static int Delete(SoftJfs owner)
    {
        urma_jfs_t* block = owner.Block;
        owner.Close();
        owner.Jfc.Bury(block);
        return URMA_SUCCESS;
    }

    /// <summary>A structure whose options can still be set; it counts as a child of the context.</summary>
    public static int Allocate(SoftContext context, urma_jfs_cfg_t* config, urma_jfs_t** made)
    {
        urma_jfs_t* block = Blocks.Create<urma_jfs_t>(context, BlockKind.JfsDraft);
        block->urma_ctx = context.Block;
        block->jfs_cfg = *config;
        context.AddChild();
        *made = block;
        return URMA_SUCCESS;
    }

    public static int Activate(urma_jfs_t* block)
    {
        if (Blocks.Find<SoftContext, urma_jfs_t>(block, BlockKind.JfsDraft) is not { } context)
        {
            return URMA_EINVAL;
        }

        _ = new SoftJfs(context, block);
        block->urma_jfs_opt.is_actived = 1;
        context.RemoveChild();
        return URMA_SUCCESS;
    }

    public static int Deactivate(SoftJfs owner)
    {
        SoftContext context = owner.Context;
        context.AddChild();
        try
        {
            owner.Close();
        }
        catch
        {
            context.RemoveChild();
            throw;
        }

        Blocks.Attach(owner.Block, context, BlockKind.JfsDraft);
        owner.Block->urma_jfs_opt.is_actived = 0;
        return URMA_SUCCESS;
    }

    public static int Free(urma_jfs_t* block)
    {
        // Free of an active one deactivates it first, as delete would.
        if (Find.Jfs(block) is { } active)
        {
            return Delete(active);
        }

        if (Blocks.Find<SoftContext, urma_jfs_t>(block, BlockKind.JfsDraft) is not { } context)
        {
            return URMA_EINVAL;
        }

        context.RemoveChild();
        Blocks.Free(block);
        return URMA_SUCCESS;
    }
}
