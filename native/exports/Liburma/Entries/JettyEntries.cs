using System.Runtime.InteropServices;
using Urma.Net.Interop.Liburma;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>Jetties.</summary>
internal static unsafe class JettyEntries
{
    [UnmanagedCallersOnly(EntryPoint = "urmasoft_create_jetty")]
    public static urma_jetty_t* CreateJetty(urma_context_t* ctx, urma_jetty_cfg_t* cfg)
    {
        try
        {
            return Find.Context(ctx) is { } context && cfg != null ? JettyLife.Create(context, cfg) : (urma_jetty_t*)Answer.Null(URMA_EINVAL);
        }
        catch (Exception error)
        {
            return (urma_jetty_t*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_delete_jetty")]
    public static int DeleteJetty(urma_jetty_t* jetty)
    {
        try
        {
            return JettyLife.Delete(jetty);
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_delete_jetty_batch")]
    public static int DeleteJettyBatch(urma_jetty_t** jetty_arr, int jetty_num, urma_jetty_t** bad_jetty)
    {
        try
        {
            return JettyLife.Delete(jetty_arr, jetty_num, bad_jetty);
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_alloc_jetty")]
    public static int AllocJetty(urma_context_t* urma_ctx, urma_jetty_cfg_t* cfg, urma_jetty_t** jetty)
    {
        try
        {
            return Find.Context(urma_ctx) is { } context && cfg != null && jetty != null ? JettyLife.Allocate(context, cfg, jetty, &Configs.CheckLimits) : URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_active_jetty")]
    public static int ActiveJetty(urma_jetty_t* jetty)
    {
        try
        {
            return JettyLife.Activate(jetty);
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_deactive_jetty")]
    public static int DeactiveJetty(urma_jetty_t* jetty)
    {
        try
        {
            return JettyLife.Deactivate(jetty);
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_free_jetty")]
    public static int FreeJetty(urma_jetty_t* jetty)
    {
        try
        {
            return JettyLife.Free(jetty);
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_modify_jetty")]
    public static int ModifyJetty(urma_jetty_t* jetty, urma_jetty_attr_t* attr)
    {
        try
        {
            return Find.Jetty(jetty) is { } owner && attr != null && attr->mask == (uint)urma_jetty_attr_mask_t.JETTY_STATE
                ? owner.Queue.Modify(attr->state)
                : URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_query_jetty")]
    public static int QueryJetty(urma_jetty_t* jetty, urma_jetty_cfg_t* cfg, urma_jetty_attr_t* attr)
    {
        try
        {
            return Find.Jetty(jetty) is { } owner && cfg != null && attr != null ? owner.Query(cfg, attr) : URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_flush_jetty")]
    public static int FlushJetty(urma_jetty_t* jetty, int cr_cnt, urma_cr_t* cr)
    {
        try
        {
            // What was not executed is in the JFC already, as flushed.
            return Find.Jetty(jetty) is null || cr_cnt < 0 || cr == null ? -URMA_EINVAL : 0;
        }
        catch (Exception error)
        {
            return -Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_get_rjetty")]
    public static int GetRjetty(urma_jetty_t* jetty, urma_rjetty_t** rjetty, uint* length)
    {
        try
        {
            if (Find.Jetty(jetty) is not { } owner || rjetty == null || length == null)
            {
                return URMA_EINVAL;
            }

            // Released by the front with free.
            *rjetty = (urma_rjetty_t*)NativeMemory.AllocZeroed((nuint)sizeof(urma_rjetty_t));
            (*rjetty)->jetty_id = jetty->jetty_id;
            (*rjetty)->trans_mode = owner.Queue.Mode;
            (*rjetty)->type = urma_target_type_t.URMA_JETTY;
            (*rjetty)->flag.bs.token_policy = owner.Receive.Block->jfr_cfg.flag.bs.token_policy;
            (*rjetty)->tp_type = owner.Queue.Mode == urma_transport_mode_t.URMA_TM_UM ? urma_tp_type_t.URMA_UTP : urma_tp_type_t.URMA_RTP;
            *length = (uint)sizeof(urma_rjetty_t);
            return URMA_SUCCESS;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }
}
