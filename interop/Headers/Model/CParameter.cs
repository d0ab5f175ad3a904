using Urma.Net.Interop.Headers.Types;

namespace Urma.Net.Interop.Headers.Model;

/// <summary>A parameter of a function.</summary>
/// <param name="Name">Its name; empty where the header gives none.</param>
/// <param name="Type">Its type.</param>
public sealed record CParameter(string Name, CType Type);
