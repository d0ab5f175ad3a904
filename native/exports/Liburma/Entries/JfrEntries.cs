using System.Runtime.InteropServices;
using Urma.Net.Interop.Liburma;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>Receive queues and those of peers.</summary>
internal static unsafe class JfrEntries
{
    [UnmanagedCallersOnly(EntryPoint = "urmasoft_create_jfr")]
    public static urma_jfr_t* CreateJfr(urma_context_t* ctx, urma_jfr_cfg_t* cfg)
    {
        try
        {
            return Find.Context(ctx) is { } context && cfg != null ? JfrLife.Create(context, cfg) : (urma_jfr_t*)Answer.Null(URMA_EINVAL);
        }
        catch (Exception error)
        {
            return (urma_jfr_t*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_delete_jfr")]
    public static int DeleteJfr(urma_jfr_t* jfr)
    {
        try
        {
            return JfrLife.Delete(jfr);
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_delete_jfr_batch")]
    public static int DeleteJfrBatch(urma_jfr_t** jfr_arr, int jfr_num, urma_jfr_t** bad_jfr)
    {
        try
        {
            return JfrLife.Delete(jfr_arr, jfr_num, bad_jfr);
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_alloc_jfr")]
    public static int AllocJfr(urma_context_t* urma_ctx, urma_jfr_cfg_t* cfg, urma_jfr_t** jfr)
    {
        try
        {
            return Find.Context(urma_ctx) is { } context && cfg != null && jfr != null ? JfrLife.Allocate(context, cfg, jfr, &Configs.CheckLimits) : URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_active_jfr")]
    public static int ActiveJfr(urma_jfr_t* jfr)
    {
        try
        {
            return JfrLife.Activate(jfr);
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_deactive_jfr")]
    public static int DeactiveJfr(urma_jfr_t* jfr)
    {
        try
        {
            return JfrLife.Deactivate(jfr);
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_free_jfr")]
    public static int FreeJfr(urma_jfr_t* jfr)
    {
        try
        {
            return JfrLife.Free(jfr);
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_modify_jfr")]
    public static int ModifyJfr(urma_jfr_t* jfr, urma_jfr_attr_t* attr)
    {
        try
        {
            return Find.Jfr(jfr) is { } owner && attr != null ? owner.Modify(attr) : URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_query_jfr")]
    public static int QueryJfr(urma_jfr_t* jfr, urma_jfr_cfg_t* cfg, urma_jfr_attr_t* attr)
    {
        try
        {
            return Find.Jfr(jfr) is { } owner && cfg != null && attr != null ? owner.Query(cfg, attr) : URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_import_jfr")]
    public static urma_target_jetty_t* ImportJfr(urma_context_t* ctx, urma_rjfr_t* rjfr, urma_token_t* token_value)
    {
        try
        {
            return Find.Context(ctx) is { } context && rjfr != null
                ? SoftTarget.Import(context, in *rjfr, token_value).Block
                : (urma_target_jetty_t*)Answer.Null(URMA_EINVAL);
        }
        catch (Exception error)
        {
            return (urma_target_jetty_t*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_import_jfr_ex")]
    public static urma_target_jetty_t* ImportJfrEx(urma_context_t* ctx, urma_rjfr_t* rjfr, urma_token_t* token_value, urma_active_tp_cfg_t* cfg)
    {
        try
        {
            // There is one path, so which one to take is settled.
            return Find.Context(ctx) is { } context && rjfr != null && cfg != null
                ? SoftTarget.Import(context, in *rjfr, token_value).Block
                : (urma_target_jetty_t*)Answer.Null(URMA_EINVAL);
        }
        catch (Exception error)
        {
            return (urma_target_jetty_t*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_unimport_jfr")]
    public static int UnimportJfr(urma_target_jetty_t* target_jfr)
    {
        try
        {
            return Find.Target(target_jfr)?.Delete() ?? URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_advise_jfr")]
    public static int AdviseJfr(urma_jfs_t* jfs, urma_target_jetty_t* tjfr)
    {
        try
        {
            if (Find.Jfs(jfs) is not { } owner || Find.Target(tjfr) is not { } target)
            {
                return URMA_EINVAL;
            }

            owner.Queue.Advise(target);
            return URMA_SUCCESS;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_advise_jfr_async")]
    public static int AdviseJfrAsync(urma_jfs_t* jfs, urma_target_jetty_t* tjfr, delegate* unmanaged<int, void*, void> cb_fun, void* cb_arg)
    {
        try
        {
            if (Find.Jfs(jfs) is not { } owner || Find.Target(tjfr) is not { } target || cb_fun == null)
            {
                return URMA_EINVAL;
            }

            nint function = (nint)cb_fun;
            nint argument = (nint)cb_arg;
            ThreadPool.QueueUserWorkItem(_ => ((delegate* unmanaged<int, void*, void>)function)(Notices.StatusOf(() => owner.Queue.Advise(target)), (void*)argument));
            return URMA_SUCCESS;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_unadvise_jfr")]
    public static int UnadviseJfr(urma_jfs_t* jfs, urma_target_jetty_t* tjfr)
    {
        try
        {
            return Find.Jfs(jfs) is null || Find.Target(tjfr) is null ? URMA_EINVAL : URMA_SUCCESS;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }
}
