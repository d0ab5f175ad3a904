using System.Reflection;

namespace Urma.Net.Package.Tests;

/// <summary>Where the sources of this test are.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The version in Directory.Build.props when this test was compiled.</summary>
    public static string Version { get; } = typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "ExpectedVersion").Value!;

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Urma.Net.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No Urma.Net.sln above '{AppContext.BaseDirectory}': run this test from a build inside the repository.");
    }
}
