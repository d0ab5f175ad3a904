namespace Urma.Net.Compare.Peers;

/// <summary>The folders in which a shell looks for programs.</summary>
internal static class SearchPath
{
    public static bool Has(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
