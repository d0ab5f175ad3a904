namespace Urma.Net.Interop.Headers.Clang;

/// <summary>Where one member lies.</summary>
/// <param name="OffsetBits">Bits from the beginning of the record.</param>
/// <param name="BitWidth">Width of a bit-field; otherwise null.</param>
internal sealed record MemberLayout(long OffsetBits, int? BitWidth);
