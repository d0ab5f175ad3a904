namespace Urma.Net.Interop.Generator;

/// <summary>Bits of a bit-field that lie together in one integer.</summary>
/// <param name="Offset">Where the integer lies, in bytes.</param>
/// <param name="Size">The integer's size in bytes.</param>
/// <param name="Shift">Bits below them in the integer.</param>
/// <param name="Width">How many they are.</param>
/// <param name="ValueShift">Bits below them in the bit-field's value.</param>
internal sealed record BitPiece(long Offset, int Size, int Shift, int Width, int ValueShift);
