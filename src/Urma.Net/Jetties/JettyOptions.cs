namespace Urma.Net;

/// <summary>How a jetty is made (<c>urma_jetty_cfg_t</c>): a send queue and the JFR that takes its messages.</summary>
public record JettyOptions : JfsOptions
{
    /// <summary>The shared JFR that takes messages for this jetty; when null the jetty gets one of its own, described by <see cref="Receive"/>.</summary>
    public Jfr? SharedJfr { get; init; }

    /// <summary>
    /// The jetty's own JFR, used when <see cref="SharedJfr"/> is null. When both are null, a JFR with default options reports to
    /// <see cref="JfsOptions.SendJfc"/>.
    /// </summary>
    public JfrOptions? Receive { get; init; }

    /// <summary>The JFC that messages to this jetty are reported to, where it is another than that of <see cref="SharedJfr"/>.</summary>
    internal Jfc? LaneJfc { get; init; }
}
