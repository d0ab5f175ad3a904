using Urma.Net.Internal;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Providers.Loopback;

/// <summary>An imported jetty: which peer, which JFR, and the secret to open lanes with.</summary>
internal sealed class LoopbackTargetJetty : TargetJetty
{
    private readonly LoopbackContext _context;
    private int _disposed;

    public LoopbackTargetJetty(LoopbackContext context, JettyDescriptor descriptor, Token secret, LoopbackPeer peer, ulong token)
        : base(context, descriptor, token)
    {
        _context = context;
        Secret = secret;
        Peer = peer;
        Link = context.Links?.To(peer);
    }

    public LoopbackPeer Peer { get; }

    /// <summary>The modelled link to it; null for none.</summary>
    public FabricLink? Link { get; }

    public Token Secret { get; }

    public bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    public override string? Fault => Peer.Fault;

    private protected override void DisposeCore()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _context.Remove(this);
        }
    }
}
