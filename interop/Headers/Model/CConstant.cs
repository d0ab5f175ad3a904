using Urma.Net.Interop.Headers.Types;

namespace Urma.Net.Interop.Headers.Model;

/// <summary>A macro without parameters whose body is a constant expression.</summary>
/// <param name="Name">Its name.</param>
/// <param name="File">The file that defines it.</param>
/// <param name="Type">The type of the expression; null for text.</param>
/// <param name="Value">Its value; 0 for text.</param>
/// <param name="Text">The text; null for a number.</param>
public sealed record CConstant(string Name, string File, CType? Type, Int128 Value, string? Text);
