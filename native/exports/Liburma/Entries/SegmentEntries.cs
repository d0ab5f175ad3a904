using System.Runtime.InteropServices;
using Urma.Net.Interop.Liburma;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>Tokens and memory.</summary>
internal static unsafe class SegmentEntries
{
    [UnmanagedCallersOnly(EntryPoint = "urmasoft_alloc_token_id")]
    public static urma_token_id_t* AllocTokenId(urma_context_t* ctx)
    {
        try
        {
            return Find.Context(ctx) is { } context ? new SoftTokenId(context, default).Block : (urma_token_id_t*)Answer.Null(URMA_EINVAL);
        }
        catch (Exception error)
        {
            return (urma_token_id_t*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_alloc_token_id_ex")]
    public static urma_token_id_t* AllocTokenIdEx(urma_context_t* ctx, urma_token_id_flag_t flag)
    {
        try
        {
            return Find.Context(ctx) is { } context ? new SoftTokenId(context, flag).Block : (urma_token_id_t*)Answer.Null(URMA_EINVAL);
        }
        catch (Exception error)
        {
            return (urma_token_id_t*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_free_token_id")]
    public static int FreeTokenId(urma_token_id_t* token_id)
    {
        try
        {
            return Find.TokenId(token_id)?.Delete() ?? URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_register_seg")]
    public static urma_target_seg_t* RegisterSeg(urma_context_t* ctx, urma_seg_cfg_t* seg_cfg)
    {
        try
        {
            return Find.Context(ctx) is { } context && seg_cfg != null
                ? new SoftSegment(context, seg_cfg).Block
                : (urma_target_seg_t*)Answer.Null(URMA_EINVAL);
        }
        catch (Exception error)
        {
            return (urma_target_seg_t*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_unregister_seg")]
    public static int UnregisterSeg(urma_target_seg_t* target_seg)
    {
        try
        {
            return Find.Segment(target_seg)?.Delete() ?? URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_import_seg")]
    public static urma_target_seg_t* ImportSeg(urma_context_t* ctx, urma_seg_t* seg, urma_token_t* token_value, ulong addr, urma_import_seg_flag_t flag)
    {
        try
        {
            return Find.Context(ctx) is { } context && seg != null
                ? new SoftImport(context, seg, token_value, flag).Block
                : (urma_target_seg_t*)Answer.Null(URMA_EINVAL);
        }
        catch (Exception error)
        {
            return (urma_target_seg_t*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_unimport_seg")]
    public static int UnimportSeg(urma_target_seg_t* tseg)
    {
        try
        {
            return Find.Import(tseg)?.Delete() ?? URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_get_seg_ctx")]
    public static int GetSegCtx(urma_target_seg_t* tseg, urma_seg_t** seg, uint* size)
    {
        try
        {
            if ((Find.Segment(tseg) is null && Find.Import(tseg) is null) || seg == null || size == null)
            {
                return URMA_EINVAL;
            }

            // Released by the front with free.
            *seg = (urma_seg_t*)NativeMemory.Alloc((nuint)sizeof(urma_seg_t));
            **seg = tseg->seg;
            *size = (uint)sizeof(urma_seg_t);
            return URMA_SUCCESS;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }
}
