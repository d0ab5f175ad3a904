using Urma.Net.Interop.Liburma;
using static Urma.Net.Interop.Liburma.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>What liburma checks in a configuration before it creates something, and what it writes back.</summary>
internal static unsafe class Configs
{
    private const int MaxRetry = 7;

    /// <summary>Checks a send queue's configuration and replaces the default order.</summary>
    /// <returns>The JFC it reports to.</returns>
    public static SoftJfc CheckJfs(SoftContext context, urma_jfs_cfg_t* config)
    {
        CheckLimits(config);
        return RequireJfc(context, config->jfc, "JFC of the send queue");
    }

    /// <summary>Checks a receive queue's configuration and replaces the default order.</summary>
    /// <returns>The JFC it reports to.</returns>
    public static SoftJfc CheckJfr(SoftContext context, urma_jfr_cfg_t* config)
    {
        CheckLimits(config);
        return RequireJfc(context, config->jfc, "JFC of the receive queue");
    }

    /// <summary>As <see cref="CheckJfs"/>, without the JFC.</summary>
    public static void CheckLimits(urma_jfs_cfg_t* config)
    {
        Settings limits = Library.Settings;
        CheckMode(config->trans_mode);
        Check(config->depth >= 1 && config->depth <= limits.MaxJfsDepth, $"A JFS of depth {config->depth} cannot be: 1 to {limits.MaxJfsDepth} are possible (max_jfs_depth).");
        Check(config->max_sge <= limits.MaxSge, $"A JFS of {config->max_sge} pieces cannot be: {limits.MaxSge} is the most (max_jfs_sge).");
        Check(config->max_inline_data <= limits.MaxInline, $"{config->max_inline_data} bytes inline cannot be: {limits.MaxInline} is the most (max_jfs_inline_len).");
        Check(config->priority <= URMA_MAX_PRIORITY, $"Priority {config->priority} does not exist: 0 to {URMA_MAX_PRIORITY}.");
        Check(config->rnr_retry <= MaxRetry, $"rnr_retry is {config->rnr_retry}: 0 to {MaxRetry}.");
        config->flag.bs.order_type = (uint)CheckOrder(config->trans_mode, (urma_order_type_t)config->flag.bs.order_type);
    }

    /// <summary>As <see cref="CheckJfr"/>, without the JFC.</summary>
    public static void CheckLimits(urma_jfr_cfg_t* config)
    {
        Settings limits = Library.Settings;
        CheckMode(config->trans_mode);
        CheckNoId(config->id, "JFR");
        Check(config->depth >= 1 && config->depth <= limits.MaxJfrDepth, $"A JFR of depth {config->depth} cannot be: 1 to {limits.MaxJfrDepth} are possible (max_jfr_depth).");
        Check(config->max_sge <= limits.MaxReceiveSge, $"A JFR of {config->max_sge} pieces cannot be: {limits.MaxReceiveSge} is the most (max_jfr_sge).");
        CheckPolicy(config->flag.bs.token_policy);
        config->flag.bs.order_type = (uint)CheckOrder(config->trans_mode, (urma_order_type_t)config->flag.bs.order_type);
    }

    /// <summary>Checks what of a jetty sends and replaces the default order.</summary>
    public static void CheckLimits(urma_jetty_cfg_t* config) => CheckLimits(&config->jfs_cfg);

    /// <summary>Checks a completion queue's configuration.</summary>
    public static void CheckLimits(urma_jfc_cfg_t* config)
    {
        uint most = Library.Settings.MaxJfcDepth;
        Check(config->depth >= 1 && config->depth <= most, $"A JFC of depth {config->depth} cannot be: 1 to {most} are possible (max_jfc_depth).");
    }

    public static void CheckNoId(uint id, string what) =>
        Check(id == 0, $"The {what} asks for the number {id}: numbers are given by the engine, ask for 0.");

    public static void CheckPolicy(uint policy) => Check(
        policy <= URMA_TOKEN_PLAIN_TEXT, $"Token policy {policy} needs a device that signs or encrypts: use URMA_TOKEN_NONE or URMA_TOKEN_PLAIN_TEXT.");

    /// <summary>Refuses a configuration, saying why.</summary>
    public static void Check(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new RefusedException(URMA_EINVAL, otherwise);
        }
    }

    private static void CheckMode(urma_transport_mode_t mode) => Check(
        mode is urma_transport_mode_t.URMA_TM_RM or urma_transport_mode_t.URMA_TM_RC or urma_transport_mode_t.URMA_TM_UM,
        $"{(int)mode} is not a transport mode: URMA_TM_RM, URMA_TM_RC or URMA_TM_UM.");

    private static urma_order_type_t CheckOrder(urma_transport_mode_t mode, urma_order_type_t order)
    {
        bool isConnected = mode == urma_transport_mode_t.URMA_TM_RC;
        bool isMessage = mode == urma_transport_mode_t.URMA_TM_RM;
        switch (order)
        {
            case urma_order_type_t.URMA_DEF_ORDER:
                return isMessage ? urma_order_type_t.URMA_OI : isConnected ? urma_order_type_t.URMA_OL : urma_order_type_t.URMA_NO;
            case urma_order_type_t.URMA_OT or urma_order_type_t.URMA_OL when isConnected:
            case urma_order_type_t.URMA_OI when isMessage:
            case urma_order_type_t.URMA_NO when !isMessage:
                return order;
            default:
                throw new RefusedException(URMA_EINVAL, $"Order type {(int)order} does not go with transport mode {(int)mode}: OT and OL are for RC, OI for RM, NO not for RM.");
        }
    }

    private static SoftJfc RequireJfc(SoftContext context, urma_jfc_t* block, string what)
    {
        SoftJfc? jfc = Blocks.Find<SoftJfc, urma_jfc_t>(block, BlockKind.Jfc);
        context.Require(jfc, jfc?.Context, what);
        return jfc;
    }
}
