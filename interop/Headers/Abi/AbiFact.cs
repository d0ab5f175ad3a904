namespace Urma.Net.Interop.Headers.Abi;

/// <summary>One thing that a program compiled against a header relies on.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Name">The type, member (<c>type.member</c>), enumerator (<c>enum.name</c>), constant or function.</param>
/// <param name="Value">What holds for it, such as <c>offset 16, size 4</c>.</param>
/// <param name="Header">The header it is in, as an <c>#include</c> names it.</param>
public sealed record AbiFact(AbiKind Kind, string Name, string Value, string Header);
