using System.Collections.Immutable;
using Urma.Net.Interop.Headers.Types;

namespace Urma.Net.Interop.Headers.Model;

/// <summary>A function that a library exports: declared without a body.</summary>
/// <param name="Name">Its name.</param>
/// <param name="File">The file that declares it.</param>
/// <param name="Result">What it returns.</param>
/// <param name="Parameters">Its parameters, arrays already turned into pointers.</param>
/// <param name="IsVariadic">It takes further arguments after these.</param>
/// <param name="Spelling">Its declaration on one line, as C writes it.</param>
public sealed record CFunction(
    string Name, string File, CType Result, ImmutableArray<CParameter> Parameters, bool IsVariadic, string Spelling);
