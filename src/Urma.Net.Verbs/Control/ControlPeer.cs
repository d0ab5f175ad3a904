namespace Urma.Net.Verbs.Control;

/// <summary>One connection with another engine (or with this one: an engine may import from itself).</summary>
/// <remarks>
/// Thread-safe. Two engines that import from each other have two connections; what was granted through one belongs to that one alone,
/// so nothing rests on who a peer says it is.
/// </remarks>
internal sealed class ControlPeer
{
    internal ControlPeer(EngineIdentity identity, bool isOutgoing)
    {
        Identity = identity;
        IsOutgoing = isOutgoing;
    }

    /// <summary>Who the other end says it is.</summary>
    public EngineIdentity Identity { get; }

    /// <summary>Whether this end connected: the other is an owner that we import from. Otherwise it is an importer.</summary>
    public bool IsOutgoing { get; }

    /// <summary>Why it is gone; null while it is not.</summary>
    public string? Fault { get; }

    /// <summary>Whatever the provider keeps with it.</summary>
    public object? State { get; set; }

    public override string ToString() => Identity.ToString();
}
