using Urma.Net.Loopback.Tests.Processes;

namespace Urma.Net.Loopback.Tests.Owning;

/// <summary>What tests of a domain with members in other processes share. This process creates it.</summary>
public abstract class OwnershipProcessTest : ProcessTest
{
    protected const int G = 4096;
    protected static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private protected OwnershipDomain Domain { get; private set; } = null!;

    private protected SharedRegion Region { get; private set; } = null!;

    private protected void Create(OwnershipDomainOptions? options = null, long length = 64 * G)
    {
        Domain = Own(OwnershipDomain.Create(OpenHere(), "domain", (options ?? new OwnershipDomainOptions()) with { Timeout = Bound }));
        Region = Domain.CreateRegion("r", length);
    }

    private protected PeerProcess Join(string? crashAt = null, int timeout = 30_000)
    {
        PeerProcess peer = OpenPeer("member", crashAt);
        JoinDomain(peer, timeout);
        return peer;
    }

    private protected void JoinDomain(PeerProcess peer, int timeout = 30_000) => peer.Ask($"own-join name=domain token={Domain.Token.Value} timeout={timeout}");

    /// <summary>Has a peer open a scope that stays.</summary>
    private protected static void Hold(PeerProcess peer, string how)
    {
        peer.Ask($"own-hold region=r {how}");
        peer.AwaitEvent("held");
    }
}
