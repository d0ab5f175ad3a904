using Urma.Net.Providers.Loopback;

namespace Urma.Net.Exports.Roub;

/// <summary>What a peer's key means here: immutable, so that threads hand it over by its reference.</summary>
/// <param name="Key">The key.</param>
/// <param name="Token">The engine's, of the import.</param>
/// <param name="Start">The address by which the peer names the region's beginning.</param>
/// <param name="Domain">The number of the region's protection domain at the peer.</param>
/// <param name="Import">The import.</param>
internal sealed record RemoteKey(uint Key, ulong Token, ulong Start, uint Domain, LoopbackTargetSegment Import);
