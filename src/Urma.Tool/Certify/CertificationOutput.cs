namespace Urma.Net.Tool.Certify;

/// <summary>Writes results to a file, in the form that its name asks for.</summary>
internal static class CertificationOutput
{
    /// <summary>Whether there is a form for a file's name.</summary>
    public static bool Knows(string path) => Path.GetExtension(path) is ".md" or ".json" or ".tsv";

    /// <summary>Writes a file, and the folders above it.</summary>
    /// <param name="path">A name ending in .md, .json or .tsv.</param>
    /// <param name="runs">What to write.</param>
    public static void Write(string path, IReadOnlyList<CertificationRun> runs)
    {
        string text = Path.GetExtension(path) switch
        {
            ".md" => CertificationTable.Markdown(runs),
            ".json" => CertificationJson.Write(runs),
            _ => Lines(runs),
        };
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllText(path, text);
    }

    // A line "passed|failed|skipped TAB name" for each: what scripts count.
    private static string Lines(IReadOnlyList<CertificationRun> runs) => string.Concat(
        runs.SelectMany(static run => run.Results).Select(static result => $"{Word(result.Outcome)}\t{result.Name} ({result.Provider})\n"));

    private static string Word(CertificationOutcome outcome) => outcome switch
    {
        CertificationOutcome.Passed => "passed",
        CertificationOutcome.Failed => "failed",
        _ => "skipped",
    };
}
