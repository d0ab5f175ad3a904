namespace Urma.Net;

/// <summary>An imported jetty or JFR of a peer: where messages go (<c>urma_target_jetty_t</c>).</summary>
/// <remarks>Thread-safe. Any number of send queues of the context may send to it.</remarks>
public abstract class TargetJetty : IDisposable
{
    private protected TargetJetty(UrmaContext context, JettyDescriptor descriptor, ulong token)
    {
        Context = context;
        Descriptor = descriptor;
        Token = token;
    }

    /// <summary>The importing context.</summary>
    public UrmaContext Context { get; }

    /// <summary>What was imported.</summary>
    public JettyDescriptor Descriptor { get; }

    /// <summary>Why the peer cannot be reached any more, naming it; null while it can.</summary>
    public abstract string? Fault { get; }

    /// <summary>The provider's handle, carried by work requests.</summary>
    internal ulong Token { get; }

    /// <summary>Gives up the import; messages to it then fail with <see cref="CompletionStatus.RemoteOperationError"/>.</summary>
    public void Dispose()
    {
        DisposeCore();
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives up the import; idempotent.</summary>
    private protected abstract void DisposeCore();
}
