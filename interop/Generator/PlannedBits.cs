namespace Urma.Net.Interop.Generator;

/// <summary>A bit-field inside the integer that holds it.</summary>
/// <param name="Name">Its name in C#.</param>
/// <param name="Type">Its type in C#.</param>
/// <param name="Shift">Bits below it in the integer.</param>
/// <param name="Width">Its width in bits.</param>
/// <param name="IsSigned">Its highest bit is a sign.</param>
internal sealed record PlannedBits(string Name, string Type, int Shift, int Width, bool IsSigned);
