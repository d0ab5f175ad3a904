using System.Runtime.InteropServices;
using Urma.Net.Interop.Liburma;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>Completion queues.</summary>
internal static unsafe class JfcEntries
{
    [UnmanagedCallersOnly(EntryPoint = "urmasoft_create_jfc")]
    public static urma_jfc_t* CreateJfc(urma_context_t* ctx, urma_jfc_cfg_t* cfg)
    {
        try
        {
            return Find.Context(ctx) is { } context && cfg != null ? JfcLife.Create(context, cfg) : (urma_jfc_t*)Answer.Null(URMA_EINVAL);
        }
        catch (Exception error)
        {
            return (urma_jfc_t*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_delete_jfc")]
    public static int DeleteJfc(urma_jfc_t* jfc)
    {
        try
        {
            return JfcLife.Delete(jfc);
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_delete_jfc_batch")]
    public static int DeleteJfcBatch(urma_jfc_t** jfc_arr, int jfc_num, urma_jfc_t** bad_jfc)
    {
        try
        {
            return JfcLife.Delete(jfc_arr, jfc_num, bad_jfc);
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_alloc_jfc")]
    public static int AllocJfc(urma_context_t* urma_ctx, urma_jfc_cfg_t* cfg, urma_jfc_t** jfc)
    {
        try
        {
            return Find.Context(urma_ctx) is { } context && cfg != null && jfc != null ? JfcLife.Allocate(context, cfg, jfc, &Configs.CheckLimits) : URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_active_jfc")]
    public static int ActiveJfc(urma_jfc_t* jfc)
    {
        try
        {
            return JfcLife.Activate(jfc);
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_deactive_jfc")]
    public static int DeactiveJfc(urma_jfc_t* jfc)
    {
        try
        {
            return JfcLife.Deactivate(jfc);
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_free_jfc")]
    public static int FreeJfc(urma_jfc_t* jfc)
    {
        try
        {
            return JfcLife.Free(jfc);
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_modify_jfc")]
    public static int ModifyJfc(urma_jfc_t* jfc, urma_jfc_attr_t* attr)
    {
        try
        {
            return Find.Jfc(jfc) is { } owner && attr != null ? owner.Modify(attr) : URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_create_jfce")]
    public static urma_jfce_t* CreateJfce(urma_context_t* ctx)
    {
        try
        {
            return Find.Context(ctx) is { } context ? new SoftJfce(context).Block : (urma_jfce_t*)Answer.Null(URMA_EINVAL);
        }
        catch (Exception error)
        {
            return (urma_jfce_t*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_delete_jfce")]
    public static int DeleteJfce(urma_jfce_t* jfce)
    {
        try
        {
            return Find.Jfce(jfce)?.Delete() ?? URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }
}
