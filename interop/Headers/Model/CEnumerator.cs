namespace Urma.Net.Interop.Headers.Model;

/// <summary>A name of an enumeration with its value.</summary>
public sealed record CEnumerator(string Name, Int128 Value);
