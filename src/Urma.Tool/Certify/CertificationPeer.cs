namespace Urma.Net.Tool.Certify;

/// <summary>Another machine, on which servers are run.</summary>
/// <param name="Address">Where clients find it.</param>
/// <param name="Prefix">The words in front of a command that is to run there.</param>
internal sealed record CertificationPeer(string Address, IReadOnlyList<string> Prefix);
