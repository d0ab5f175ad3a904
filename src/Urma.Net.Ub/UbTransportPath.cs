namespace Urma.Net.Ub;

/// <summary>The kind of transport path to a peer (<c>urma_tp_type_t</c>).</summary>
public enum UbTransportPath
{
    /// <summary>Reliable transport path.</summary>
    Reliable = 0,

    /// <summary>Compact transport path: multipath, short messages.</summary>
    Compact = 1,

    /// <summary>Unreliable transport path.</summary>
    Unreliable = 2,
}
