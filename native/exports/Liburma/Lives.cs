using System.Runtime.InteropServices;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>How a queue comes and goes: create and delete, or alloc, active, deactive and free.</summary>
internal static unsafe class Lives<TSoft, TBlock, TConfig>
    where TSoft : class, ILife<TBlock, TConfig>
    where TBlock : unmanaged
    where TConfig : unmanaged
{
    public static TBlock* Create(SoftContext context, TConfig* config)
    {
        TBlock* block = Blocks.Allocate<TBlock>();
        try
        {
            TSoft.ConfigOf(block) = *config;
            TSoft.Make(context, block);
            TSoft.IsActive(block) = 1;
            *config = TSoft.ConfigOf(block);
            return block;
        }
        catch
        {
            NativeMemory.Free(block);
            throw;
        }
    }

    public static int Delete(TBlock* block)
    {
        if (Blocks.Find<TSoft, TBlock>(block, TSoft.Kind) is not { } owner)
        {
            return URMA_EINVAL;
        }

        owner.Close();
        owner.Leave();
        return URMA_SUCCESS;
    }

    /// <summary>Deletes one after the other, up to the first that cannot be deleted.</summary>
    public static int Delete(TBlock** blocks, int count, TBlock** bad)
    {
        if (blocks == null || count <= 0 || bad == null)
        {
            return URMA_EINVAL;
        }

        for (int i = 0; i < count; i++)
        {
            *bad = blocks[i];
            int status = Delete(blocks[i]);
            if (status != URMA_SUCCESS)
            {
                return status;
            }
        }

        *bad = null;
        return URMA_SUCCESS;
    }

    /// <summary>A structure whose options can still be set; it counts as a child of the context.</summary>
    public static int Allocate(SoftContext context, TConfig* config, TBlock** made, delegate*<TConfig*, void> checkLimits)
    {
        TConfig asked = *config;
        checkLimits(config);
        TBlock* block = Blocks.Create<TBlock>(context, TSoft.Draft);
        TSoft.ContextOf(block) = context.Block;
        // Defaults are replaced when it becomes active: they depend on options.
        TSoft.ConfigOf(block) = asked;
        context.AddChild();
        *made = block;
        return URMA_SUCCESS;
    }

    public static int Activate(TBlock* block)
    {
        if (Blocks.Find<SoftContext, TBlock>(block, TSoft.Draft) is not { } context)
        {
            return URMA_EINVAL;
        }

        TSoft.Make(context, block);
        TSoft.IsActive(block) = 1;
        context.RemoveChild();
        return URMA_SUCCESS;
    }

    public static int Deactivate(TBlock* block)
    {
        if (Blocks.Find<TSoft, TBlock>(block, TSoft.Kind) is not { } owner)
        {
            return URMA_EINVAL;
        }

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

        Blocks.Attach(block, context, TSoft.Draft);
        TSoft.IsActive(block) = 0;
        return URMA_SUCCESS;
    }

    /// <summary>An active one is deleted.</summary>
    public static int Free(TBlock* block)
    {
        if (Blocks.Find<SoftContext, TBlock>(block, TSoft.Draft) is not { } context)
        {
            return Delete(block);
        }

        // It may have been active, and completions may name it.
        Blocks.Retire(block);
        context.Bury(block);
        context.RemoveChild();
        return URMA_SUCCESS;
    }
}
