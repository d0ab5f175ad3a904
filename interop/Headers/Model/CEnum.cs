using System.Collections.Immutable;
using Urma.Net.Interop.Headers.Types;

namespace Urma.Net.Interop.Headers.Model;

/// <summary>An enumeration.</summary>
/// <param name="Key">What tells it from all others (<see cref="TagKey"/>).</param>
/// <param name="Name">The name it goes by; empty where it has neither typedef nor tag.</param>
/// <param name="File">The file that defines it.</param>
/// <param name="Underlying">The integer type the compiler stores it in.</param>
/// <param name="Members">Names and values, in the order of the header.</param>
public sealed record CEnum(string Key, string Name, string File, CType Underlying, ImmutableArray<CEnumerator> Members);
