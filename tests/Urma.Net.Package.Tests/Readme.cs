namespace Urma.Net.Package.Tests;

/// <summary>The pieces of a package's README.</summary>
internal static class Readme
{
    /// <summary>Its first block of code in a language.</summary>
    public static string Block(string text, string language)
    {
        string[] parts = text.Split($"```{language}\n", 2);
        Assert.True(parts.Length == 2, $"The README has no {language} block.");
        return parts[1].Split("```", 2)[0];
    }
}
