namespace Urma.Net;

/// <summary>How a receive queue is made (<c>urma_jfr_cfg_t</c>).</summary>
public record JfrOptions
{
    /// <summary>Where receive completions go. Required.</summary>
    public required Jfc ReceiveJfc { get; init; }

    /// <summary>Most receives posted and not yet polled; 1 to <see cref="ProviderCapabilities.MaxJfrDepth"/>. Rounded up to a power of two.</summary>
    public int Depth { get; init; } = 256;

    /// <summary>Most buffers of one receive; 1 to <see cref="ProviderCapabilities.MaxReceiveSge"/>. Rounded up to a power of two.</summary>
    public int MaxSge { get; init; } = 1;

    /// <summary>
    /// The transport mode of the jetties it serves. UB devices have a JFR serve jetties of one mode; the loopback provider does not look. A
    /// jetty's own JFR has that of the jetty.
    /// </summary>
    public TransportMode TransportMode { get; init; } = TransportMode.ReliableMessage;

    /// <summary>The secret a sender must show to import it; random when null.</summary>
    public Token? Token { get; init; }

    /// <summary>Whether it can be imported without the secret (URMA_TOKEN_NONE).</summary>
    internal bool IsOpen { get; init; }
}
