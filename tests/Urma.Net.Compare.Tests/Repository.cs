using System.Reflection;

namespace Urma.Net.Compare.Tests;

/// <summary>Where the sources and what was built of them lie.</summary>
internal static class Repository
{
    public static string Root { get; } = Metadata("RepositoryRoot");

    /// <summary>A program of this repository, as it was built with these tests.</summary>
    public static string Program(string folder, string name) => Path.Combine(Root, folder, "bin", Metadata("Configuration"), "net10.0", name);

    private static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(attribute => attribute.Key == key).Value!;
}
