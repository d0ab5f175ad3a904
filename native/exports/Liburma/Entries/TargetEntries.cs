using System.Runtime.InteropServices;
using Urma.Net.Interop.Liburma;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>Jetties of peers, and the way to them.</summary>
internal static unsafe class TargetEntries
{
    [UnmanagedCallersOnly(EntryPoint = "urmasoft_import_jetty")]
    public static urma_target_jetty_t* ImportJetty(urma_context_t* ctx, urma_rjetty_t* rjetty, urma_token_t* token_value)
    {
        try
        {
            return Find.Context(ctx) is { } context && rjetty != null
                ? SoftTarget.Import(context, in *rjetty, token_value).Block
                : (urma_target_jetty_t*)Answer.Null(URMA_EINVAL);
        }
        catch (Exception error)
        {
            return (urma_target_jetty_t*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_import_jetty_ex")]
    public static urma_target_jetty_t* ImportJettyEx(urma_context_t* ctx, urma_rjetty_t* rjetty, urma_token_t* token_value, urma_active_tp_cfg_t* cfg)
    {
        try
        {
            // There is one path, so which one to take is settled.
            return Find.Context(ctx) is { } context && rjetty != null && cfg != null
                ? SoftTarget.Import(context, in *rjetty, token_value).Block
                : (urma_target_jetty_t*)Answer.Null(URMA_EINVAL);
        }
        catch (Exception error)
        {
            return (urma_target_jetty_t*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_unimport_jetty")]
    public static int UnimportJetty(urma_target_jetty_t* tjetty)
    {
        try
        {
            return Find.Target(tjetty)?.Delete() ?? URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_advise_jetty")]
    public static int AdviseJetty(urma_jetty_t* jetty, urma_target_jetty_t* tjetty)
    {
        try
        {
            if (Find.Jetty(jetty) is not { } owner || Find.Target(tjetty) is not { } target)
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

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_unadvise_jetty")]
    public static int UnadviseJetty(urma_jetty_t* jetty, urma_target_jetty_t* tjetty)
    {
        try
        {
            return Find.Jetty(jetty) is null || Find.Target(tjetty) is null ? URMA_EINVAL : URMA_SUCCESS;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_bind_jetty")]
    public static int BindJetty(urma_jetty_t* jetty, urma_target_jetty_t* tjetty)
    {
        try
        {
            return Find.Jetty(jetty) is { } owner && Find.Target(tjetty) is { } target ? owner.Bind(target) : URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_bind_jetty_ex")]
    public static int BindJettyEx(urma_jetty_t* jetty, urma_target_jetty_t* tjetty, urma_active_tp_cfg_t* cfg)
    {
        try
        {
            return Find.Jetty(jetty) is { } owner && Find.Target(tjetty) is { } target && cfg != null ? owner.Bind(target) : URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_unbind_jetty")]
    public static int UnbindJetty(urma_jetty_t* jetty)
    {
        try
        {
            return Find.Jetty(jetty)?.Unbind() ?? URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_create_jetty_grp")]
    public static urma_jetty_grp_t* CreateJettyGrp(urma_context_t* ctx, urma_jetty_grp_cfg_t* cfg)
    {
        try
        {
            return Find.Context(ctx) is { } context && cfg != null ? new SoftGroup(context, cfg).Block : (urma_jetty_grp_t*)Answer.Null(URMA_EINVAL);
        }
        catch (Exception error)
        {
            return (urma_jetty_grp_t*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_delete_jetty_grp")]
    public static int DeleteJettyGrp(urma_jetty_grp_t* jetty_grp)
    {
        try
        {
            return Find.Group(jetty_grp)?.Delete() ?? URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }
}
