namespace Urma.Net.Tool;

/// <summary>The folder of the native libraries and C programs that were built with this tool.</summary>
internal static class NativeFolder
{
    // What a package lays beside the tool, and what './build.sh exports' makes, seen from the published tool and from a test's or the
    // tool's own build.
    private static readonly string[] Places =
    [
        "native", Path.Combine("..", "native"), Path.Combine("..", "..", "artifacts", "native"),
        Path.Combine("..", "..", "..", "..", "..", "artifacts", "native"),
    ];

    /// <summary>Finds the one with a file: the one that URMA_NATIVE names, or one that lies where builds and packages leave it.</summary>
    /// <param name="file">What must be in it.</param>
    /// <returns>Its path; null where there is none.</returns>
    public static string? Find(string file) => Places
        .Prepend(Environment.GetEnvironmentVariable("URMA_NATIVE") ?? Places[0])
        .Select(static place => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, place)))
        .FirstOrDefault(place => File.Exists(Path.Combine(place, file)));
}
