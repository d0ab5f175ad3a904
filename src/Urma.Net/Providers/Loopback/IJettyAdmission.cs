namespace Urma.Net.Providers.Loopback;

/// <summary>Decides who may send to a jetty, where it is connected to one peer. Runs on the fabric thread; must not wait.</summary>
internal interface IJettyAdmission
{
    /// <summary>What a sender is told of the jetty, opaque to the engine.</summary>
    ulong Attributes { get; }

    /// <summary>Whether a queue of a peer's may open a lane now.</summary>
    bool Admits(uint uasid, uint sourceJettyId);

    /// <summary>A peer's request failed because of this side.</summary>
    void OnFault(uint uasid, uint sourceJettyId, CompletionStatus status);
}
