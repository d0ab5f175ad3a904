namespace Urma.Net;

/// <summary>How a completion queue is made (<c>urma_jfc_cfg_t</c>).</summary>
public record JfcOptions
{
    /// <summary>
    /// Most completions it must hold: at least the sum of the depths of the send and receive queues that report to it. Creating
    /// a queue that does not fit is refused, so a JFC never overflows. 1 to <see cref="ProviderCapabilities.MaxJfcDepth"/>.
    /// </summary>
    public int Depth { get; init; } = 16384;

    /// <summary>The event channel that announces completions, or null to poll or to wait on this JFC alone.</summary>
    public Jfce? Jfce { get; init; }
}
