using System.Runtime.InteropServices;
using Urma.Net.Interop.Liburma;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>How a Jfr comes and goes: create and delete, or alloc, active, deactive and free.</summary>
internal static unsafe partial class Lives
{
    public static urma_jfr_t* Create(SoftContext context, urma_jfr_cfg_t* config)
    {
        urma_jfr_t* block = Blocks.Allocate<urma_jfr_t>();
        try
        {
            block->jfr_cfg = *config;
            _ = new SoftJfr(context, block);
            block->urma_jfr_opt.is_actived = 1;
            *config = block->jfr_cfg;
            return block;
        }
        catch
        {
            NativeMemory.Free(block);
            throw;
        }
    }

    public static int Delete(SoftJfr owner)
    {
        urma_jfr_t* block = owner.Block;
        owner.Close();
        owner.Jfc.Bury(block);
        return URMA_SUCCESS;
    }

    /// <summary>A structure whose options can still be set; it counts as a child of the context.</summary>
    public static int Allocate(SoftContext context, urma_jfr_cfg_t* config, urma_jfr_t** made)
    {
        urma_jfr_t* block = Blocks.Create<urma_jfr_t>(context, BlockKind.JfrDraft);
        block->urma_ctx = context.Block;
        block->jfr_cfg = *config;
        context.AddChild();
        *made = block;
        return URMA_SUCCESS;
    }

    public static int Activate(urma_jfr_t* block)
    {
        if (Blocks.Find<SoftContext, urma_jfr_t>(block, BlockKind.JfrDraft) is not { } context)
        {
            return URMA_EINVAL;
        }

        _ = new SoftJfr(context, block);
        block->urma_jfr_opt.is_actived = 1;
        context.RemoveChild();
        return URMA_SUCCESS;
    }

    public static int Deactivate(SoftJfr owner)
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

        Blocks.Attach(owner.Block, context, BlockKind.JfrDraft);
        owner.Block->urma_jfr_opt.is_actived = 0;
        return URMA_SUCCESS;
    }

    public static int Free(urma_jfr_t* block)
    {
        // Free of an active one deactivates it first, as delete would.
        if (Find.Jfr(block) is { } active)
        {
            return Delete(active);
        }

        if (Blocks.Find<SoftContext, urma_jfr_t>(block, BlockKind.JfrDraft) is not { } context)
        {
            return URMA_EINVAL;
        }

        context.RemoveChild();
        Blocks.Free(block);
        return URMA_SUCCESS;
    }
}
