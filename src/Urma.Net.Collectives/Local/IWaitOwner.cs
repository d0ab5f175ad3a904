namespace Urma.Net.Collectives.Local;

/// <summary>Whom a waiting rank asks whether waiting still makes sense.</summary>
internal interface IWaitOwner
{
    bool IsFaulted { get; }

    void ThrowIfFaulted();

    /// <summary>Looks, while a wait takes long, at what the engine that waits does not see.</summary>
    void LookAround()
    {
    }

    /// <summary>Another rank carries out something else than this one.</summary>
    void ThrowMismatch(int peer);

    /// <summary>Other ranks did not come in time.</summary>
    /// <param name="peers">All that were waited for, the first first; at least one. A rank may be there several times.</param>
    void ThrowTimedOut(params ReadOnlySpan<int> peers);

    /// <summary>Another rank's memory cannot be written to.</summary>
    /// <param name="peer">Which rank.</param>
    /// <param name="reason">A clause that says why.</param>
    void ThrowUnreachable(int peer, string reason);
}
