namespace Urma.Net.Interop.Tests.Abi;

/// <summary>A function as C declares it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Result">The type of its result.</param>
/// <param name="Parameters">What stands between the parentheses.</param>
internal sealed record Signature(string Name, string Result, string Parameters)
{
    /// <summary>A claim that compiles only if the function has exactly this type.</summary>
    internal string Claim =>
        $"_Static_assert(_Generic(&{Name}, {Result} (*)({Parameters}): 1, default: 0), \"{Name}\");";
}
