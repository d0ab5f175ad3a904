namespace Urma.Net.Interop.Generator;

/// <summary>The folder that generated files are written to, and compared with.</summary>
internal static class OutputFolder
{
    private static readonly string[] OwnFiles = ["*.g.cs", "*.abi.txt"];

    /// <summary>Makes the folder hold exactly these files of ours; others are left alone. Returns the names of those that changed.</summary>
    public static IReadOnlyList<string> Write(string folder, IReadOnlyDictionary<string, string> files)
    {
        IReadOnlyList<string> changed = Differences(folder, files);
        Directory.CreateDirectory(folder);
        foreach (string name in changed)
        {
            if (files.TryGetValue(name, out string? text))
            {
                File.WriteAllText(Path.Combine(folder, name), text);
            }
            else
            {
                File.Delete(Path.Combine(folder, name));
            }
        }

        return changed;
    }

    /// <summary>Names of files that are missing, superfluous or different, in order.</summary>
    public static IReadOnlyList<string> Differences(string folder, IReadOnlyDictionary<string, string> files)
    {
        IEnumerable<string> present = Directory.Exists(folder)
            ? OwnFiles.SelectMany(pattern => Directory.EnumerateFiles(folder, pattern)).Select(path => Path.GetFileName(path))
            : [];
        return [.. present.Concat(files.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Where(name => !files.TryGetValue(name, out string? text) || !File.Exists(Path.Combine(folder, name))
                || File.ReadAllText(Path.Combine(folder, name)) != text)];
    }
}
