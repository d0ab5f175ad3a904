namespace Urma.Net.Interop.Tests.Abi;

/// <summary>Where the sources lie.</summary>
internal static class Repository
{
    internal static string Root { get; } = FindRoot();

    internal static string Include { get; } = Path.Combine(Root, "native", "include");

    internal static string Layout { get; } = Path.Combine(Root, "native", "layout");

    internal static string Facts { get; } = Path.Combine(Include, "abi");

    private static string FindRoot()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Urma.Net.sln")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"The tests do not run inside of the repository ({AppContext.BaseDirectory}).");
    }
}
