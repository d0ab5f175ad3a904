using System.Runtime.InteropServices;
using Urma.Net.Interop.Liburma;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>Imports and binds in the background.</summary>
internal static unsafe class NotifierEntries
{
    [UnmanagedCallersOnly(EntryPoint = "urmasoft_create_notifier")]
    public static urma_notifier_t* CreateNotifier(urma_context_t* ctx)
    {
        try
        {
            return Find.Context(ctx) is { } context ? new SoftNotifier(context).Block : (urma_notifier_t*)Answer.Null(URMA_EINVAL);
        }
        catch (Exception error)
        {
            return (urma_notifier_t*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_delete_notifier")]
    public static int DeleteNotifier(urma_notifier_t* notifier)
    {
        try
        {
            return Find.Notifier(notifier)?.Delete() ?? URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_import_jetty_async")]
    public static urma_target_jetty_t* ImportJettyAsync(urma_notifier_t* notifier, urma_rjetty_t* rjetty, urma_token_t* token_value, ulong user_ctx, int timeout)
    {
        try
        {
            return Find.Notifier(notifier) is { } owner && rjetty != null
                ? owner.Import(in *rjetty, token_value, user_ctx)
                : (urma_target_jetty_t*)Answer.Null(URMA_EINVAL);
        }
        catch (Exception error)
        {
            return (urma_target_jetty_t*)Answer.Null(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_unimport_jetty_async")]
    public static int UnimportJettyAsync(urma_target_jetty_t* tjetty)
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

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_bind_jetty_async")]
    public static int BindJettyAsync(urma_notifier_t* notifier, urma_jetty_t* jetty, urma_target_jetty_t* tjetty, ulong user_ctx, int timeout)
    {
        try
        {
            return Find.Notifier(notifier) is { } owner && Find.Jetty(jetty) is { } bound && Find.Target(tjetty) is { } target
                ? owner.Bind(bound, target, user_ctx)
                : URMA_EINVAL;
        }
        catch (Exception error)
        {
            return Answer.Status(error);
        }
    }

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_unbind_jetty_async")]
    public static int UnbindJettyAsync(urma_jetty_t* jetty)
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

    [UnmanagedCallersOnly(EntryPoint = "urmasoft_wait_notify")]
    public static int WaitNotify(urma_notifier_t* notifier, uint cnt, urma_notify_t* notify, int timeout)
    {
        try
        {
            return Find.Notifier(notifier) is { } owner && cnt != 0 && notify != null ? owner.Wait(cnt, notify, timeout) : Answer.Negative(URMA_EINVAL);
        }
        catch (Exception error)
        {
            _ = Answer.Status(error);
            return -1;
        }
    }
}
