using System.Runtime.InteropServices;
using Urma.Net.Interop.Liburma;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>How a Jetty comes and goes: create and delete, or alloc, active, deactive and free.</summary>
internal static unsafe partial class Lives
{
    public static urma_jetty_t* Create(SoftContext context, urma_jetty_cfg_t* config)
    {
        urma_jetty_t* block = Blocks.Allocate<urma_jetty_t>();
        try
        {
            block->jetty_cfg = *config;
            _ = new SoftJetty(context, block);
            block->urma_jetty_opt.is_actived = 1;
            *config = block->jetty_cfg;
            return block;
        }
        catch
        {
            NativeMemory.Free(block);
            throw;
        }
    }

    public static int Delete(SoftJetty owner)
    {
        urma_jetty_t* block = owner.Block;
        owner.Close();
        owner.Jfc.Bury(block);
        return URMA_SUCCESS;
    }

    /// <summary>A structure whose options can still be set; it counts as a child of the context.</summary>
    public static int Allocate(SoftContext context, urma_jetty_cfg_t* config, urma_jetty_t** made)
    {
        urma_jetty_t* block = Blocks.Create<urma_jetty_t>(context, BlockKind.JettyDraft);
        block->urma_ctx = context.Block;
        block->jetty_cfg = *config;
        context.AddChild();
        *made = block;
        return URMA_SUCCESS;
    }

    public static int Activate(urma_jetty_t* block)
    {
        if (Blocks.Find<SoftContext, urma_jetty_t>(block, BlockKind.JettyDraft) is not { } context)
        {
            return URMA_EINVAL;
        }

        _ = new SoftJetty(context, block);
        block->urma_jetty_opt.is_actived = 1;
        context.RemoveChild();
        return URMA_SUCCESS;
    }

    public static int Deactivate(SoftJetty owner)
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

        Blocks.Attach(owner.Block, context, BlockKind.JettyDraft);
        owner.Block->urma_jetty_opt.is_actived = 0;
        return URMA_SUCCESS;
    }

    public static int Free(urma_jetty_t* block)
    {
        // Free of an active one deactivates it first, as delete would.
        if (Find.Jetty(block) is { } active)
        {
            return Delete(active);
        }

        if (Blocks.Find<SoftContext, urma_jetty_t>(block, BlockKind.JettyDraft) is not { } context)
        {
            return URMA_EINVAL;
        }

        context.RemoveChild();
        Blocks.Free(block);
        return URMA_SUCCESS;
    }
}
