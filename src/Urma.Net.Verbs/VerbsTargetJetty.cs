using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs;

/// <summary>A jetty or JFR of a peer's. Lanes to it belong to the send queues that use it.</summary>
internal sealed class VerbsTargetJetty : TargetJetty
{
    private readonly VerbsContext _context;
    private string? _fault;
    private int _disposed;

    public VerbsTargetJetty(VerbsContext context, RemoteEngine engine, JettyDescriptor descriptor, Token secret)
        : base(context, descriptor, context.Targets.Add(0, 0, 0, "imported jetties"))
    {
        _context = context;
        Engine = engine;
        Secret = secret;
    }

    public RemoteEngine Engine { get; }

    /// <summary>What a lane to it must show.</summary>
    public Token Secret { get; }

    /// <inheritdoc/>
    public override string? Fault => Volatile.Read(ref _fault) ?? Engine.Fault;

    /// <summary>It is gone, for a reason.</summary>
    public void End(string reason) => Interlocked.CompareExchange(ref _fault, reason, null);

    private protected override void DisposeCore()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _context.Objects.Drop(this);
        _context.Remove(this);
        _context.Targets.Retire(Token);
        Engine.Tell(new ReleaseJetty(Descriptor.JettyId, Descriptor.JfrId));
        _context.Objects.WhenUnused(() => _context.Targets.Reuse(Token));
    }
}
