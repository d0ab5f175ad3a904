namespace Urma.Net.Ub;

/// <summary>How the ports of a bonding device share the work (<c>urma_context_aggr_mode_t</c>).</summary>
public enum UbBondingMode
{
    /// <summary>One port.</summary>
    Standalone = 0,

    /// <summary>One port works, another takes over when it fails.</summary>
    ActiveBackup = 1,

    /// <summary>All ports work.</summary>
    Balance = 2,
}
