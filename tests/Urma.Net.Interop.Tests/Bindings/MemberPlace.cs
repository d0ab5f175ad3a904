namespace Urma.Net.Interop.Tests.Bindings;

/// <summary>Where a member lies, in the terms of the published tables.</summary>
/// <param name="Offset">The byte it begins in.</param>
/// <param name="Size">Its size in bytes; null for a bit-field.</param>
/// <param name="BitOffset">The bit it begins at, from the beginning of the outermost type; null for other members.</param>
/// <param name="BitSize">Its width in bits; null for other members.</param>
internal sealed record MemberPlace(long Offset, long? Size, long? BitOffset, int? BitSize);
