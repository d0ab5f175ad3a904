using System.Runtime.InteropServices;
using Urma.Net.Interop.Liburma;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>Send queues.</summary>
internal static unsafe class JfsEntries
{
    [UnmanagedCallersOnly(EntryPoint = "urmasoft_create_jfs")]
    public static urma_jfs_t* CreateJfs(urma_context_t* ctx, urma_jfs_cfg_t* cfg)
    {
        try
        {
            return Find.Context(ctx) is { } context && cfg != null ? JfsLife.Create(context, cfg) : (urma_jfs_t*)Answer.Null(URMA_EINVAL);
        }
        catch (Exception error)
        {
            return (urma_jfs_t*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_delete_jfs")]
    public static int DeleteJfs(urma_jfs_t* jfs)
    {
        try
        {
            return JfsLife.Delete(jfs);
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_delete_jfs_batch")]
    public static int DeleteJfsBatch(urma_jfs_t** jfs_arr, int jfs_num, urma_jfs_t** bad_jfs)
    {
        try
        {
            return JfsLife.Delete(jfs_arr, jfs_num, bad_jfs);
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_alloc_jfs")]
    public static int AllocJfs(urma_context_t* urma_ctx, urma_jfs_cfg_t* cfg, urma_jfs_t** jfs)
    {
        try
        {
            return Find.Context(urma_ctx) is { } context && cfg != null && jfs != null ? JfsLife.Allocate(context, cfg, jfs, &Configs.CheckLimits) : URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_active_jfs")]
    public static int ActiveJfs(urma_jfs_t* jfs)
    {
        try
        {
            return JfsLife.Activate(jfs);
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_deactive_jfs")]
    public static int DeactiveJfs(urma_jfs_t* jfs)
    {
        try
        {
            return JfsLife.Deactivate(jfs);
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_free_jfs")]
    public static int FreeJfs(urma_jfs_t* jfs)
    {
        try
        {
            return JfsLife.Free(jfs);
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_modify_jfs")]
    public static int ModifyJfs(urma_jfs_t* jfs, urma_jfs_attr_t* attr)
    {
        try
        {
            return Find.Jfs(jfs) is { } owner && attr != null && attr->mask == (uint)urma_jfs_attr_mask_t.JFS_STATE ? owner.Queue.Modify(attr->state) : URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_query_jfs")]
    public static int QueryJfs(urma_jfs_t* jfs, urma_jfs_cfg_t* cfg, urma_jfs_attr_t* attr)
    {
        try
        {
            return Find.Jfs(jfs) is { } owner && cfg != null && attr != null ? owner.Query(cfg, attr) : URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_flush_jfs")]
    public static int FlushJfs(urma_jfs_t* jfs, int cr_cnt, urma_cr_t* cr)
    {
        try
        {
            // What was not executed is in the JFC already, as flushed.
            return Find.Jfs(jfs) is null || cr_cnt < 0 || cr == null ? -URMA_EINVAL : 0;
        }
        catch (Exception error)
        {
            return -Answer.Status(error);
        }
    }
}
