using System.Runtime.InteropServices;
using Urma.Net.Interop.Liburma;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>How a Jfc comes and goes: create and delete, or alloc, active, deactive and free.</summary>
internal static unsafe partial class Lives
{
    public static urma_jfc_t* Create(SoftContext context, urma_jfc_cfg_t* config)
    {
        urma_jfc_t* block = Blocks.Allocate<urma_jfc_t>();
        try
        {
            block->jfc_cfg = *config;
            _ = new SoftJfc(context, block);
            block->urma_jfc_opt.is_actived = 1;
            *config = block->jfc_cfg;
            return block;
        }
        catch
        {
            NativeMemory.Free(block);
            throw;
        }
    }

    public static int Delete(SoftJfc owner)
    {
        urma_jfc_t* block = owner.Block;
        owner.Close();
        NativeMemory.Free(block);
        return URMA_SUCCESS;
    }

    /// <summary>A structure whose options can still be set; it counts as a child of the context.</summary>
    public static int Allocate(SoftContext context, urma_jfc_cfg_t* config, urma_jfc_t** made)
    {
        urma_jfc_t* block = Blocks.Create<urma_jfc_t>(context, BlockKind.JfcDraft);
        block->urma_ctx = context.Block;
        block->jfc_cfg = *config;
        context.AddChild();
        *made = block;
        return URMA_SUCCESS;
    }

    public static int Activate(urma_jfc_t* block)
    {
        if (Blocks.Find<SoftContext, urma_jfc_t>(block, BlockKind.JfcDraft) is not { } context)
        {
            return URMA_EINVAL;
        }

        _ = new SoftJfc(context, block);
        block->urma_jfc_opt.is_actived = 1;
        context.RemoveChild();
        return URMA_SUCCESS;
    }

    public static int Deactivate(SoftJfc owner)
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

        Blocks.Attach(owner.Block, context, BlockKind.JfcDraft);
        owner.Block->urma_jfc_opt.is_actived = 0;
        return URMA_SUCCESS;
    }

    public static int Free(urma_jfc_t* block)
    {
        // Free of an active one deactivates it first, as delete would.
        if (Find.Jfc(block) is { } active)
        {
            return Delete(active);
        }

        if (Blocks.Find<SoftContext, urma_jfc_t>(block, BlockKind.JfcDraft) is not { } context)
        {
            return URMA_EINVAL;
        }

        context.RemoveChild();
        Blocks.Free(block);
        return URMA_SUCCESS;
    }
}
