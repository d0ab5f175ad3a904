namespace Urma.Net;

/// <summary>What kind of completion this is.</summary>
[Flags]
public enum CompletionFlags : byte
{
    /// <summary>A posted request of this side completed.</summary>
    None = 0,

    /// <summary>A posted receive was filled (<c>urma_cr_flag.s_r</c>).</summary>
    Receive = 1,

    /// <summary>A request posted to a jetty, rather than to a bare JFS, completed (<c>urma_cr_flag.jetty</c>). Not set on receives: a shared JFR serves any number of jetties.</summary>
    Jetty = 2,

    /// <summary><see cref="ReceiveCompletion.Immediate"/> is valid.</summary>
    Immediate = 4,

    /// <summary>The sender asked for a solicited event.</summary>
    Solicited = 8,
}
