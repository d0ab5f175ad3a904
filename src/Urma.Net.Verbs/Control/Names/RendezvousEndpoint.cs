namespace Urma.Net.Verbs.Control;

/// <summary>Where a name service is, or will be.</summary>
/// <param name="Host">A host's name or address.</param>
/// <param name="Port">1 to 65535.</param>
/// <param name="Realm">Which names: those of another realm at the same endpoint are others.</param>
internal sealed record RendezvousEndpoint(string Host, int Port, string Realm)
{
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
