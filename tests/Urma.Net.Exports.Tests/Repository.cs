namespace Urma.Net.Exports.Tests;

/// <summary>Where the sources of this test are, and what was built from them.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Where ./build.sh exports and ./build.sh native leave the library and the C programs.</summary>
    public static string Native { get; } = Path.Combine(Root, "artifacts", "native");

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
