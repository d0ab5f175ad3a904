namespace Urma.Net;

/// <summary>The secret a peer must show to import a segment or jetty (<c>urma_token_t</c>, 32 bits).</summary>
/// <remarks>Within one user id a token stops mistakes, not attackers: see ARCHITECTURE.md, trust boundary.</remarks>
/// <param name="Value">The secret.</param>
public readonly record struct Token(uint Value)
{
    /// <summary>A token from the system's random generator.</summary>
    public static Token Random() => new((uint)Internal.Entropy.Next());

    /// <summary>Does not show the secret.</summary>
    public override string ToString() => "Token(…)";
}
