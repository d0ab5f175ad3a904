using System.Diagnostics;

namespace Urma.Net.Interop.Headers.Clang;

/// <summary>The C compiler whose understanding of a header is asked for.</summary>
public sealed class ClangProgram
{
    /// <summary>Names the compiler to use, by name or path, instead of the first one found.</summary>
    public const string Variable = "URMA_CLANG";

    private const int NewestRelease = 30;
    private const int OldestRelease = 13;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _path;

    private ClangProgram(string path) => _path = path;

    /// <summary>Finds clang: what <c>URMA_CLANG</c> names, otherwise <c>clang</c>, otherwise the newest <c>clang-N</c>.</summary>
    /// <exception cref="ClangException">There is none.</exception>
    public static ClangProgram Find()
    {
        string? named = Environment.GetEnvironmentVariable(Variable);
        IEnumerable<string> names = string.IsNullOrEmpty(named)
            ? ["clang", .. Enumerable.Range(OldestRelease, NewestRelease - OldestRelease + 1).Reverse().Select(release => $"clang-{release}")]
            : [named];
        string? path = names.Select(InPath).FirstOrDefault(found => found is not null);
        return path is not null ? new ClangProgram(path) : throw new ClangException(
            $"No clang was found{(string.IsNullOrEmpty(named) ? " on PATH" : $" as '{named}' ({Variable})")}. It reads the headers; nothing " +
            $"else can. Install it (apt-get install clang, dnf install clang) or name one: {Variable}=/path/to/clang.",
            isMissing: true);
    }

    /// <summary>Runs the compiler and returns what it wrote on standard output.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="mayFail">Errors in the source are expected; the output is wanted all the same.</param>
    /// <exception cref="ClangException">It ended with errors, or not in two minutes.</exception>
    public string Run(IEnumerable<string> arguments, bool mayFail = false)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(_path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        process.Start();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new ClangException($"{_path} was still running after {Patience.TotalSeconds:0} s and was ended.");
        }

        string text = output.GetAwaiter().GetResult();
        string complaints = errors.GetAwaiter().GetResult();
        return process.ExitCode == 0 || mayFail
            ? text
            : throw new ClangException($"{_path} did not understand the headers:\n{complaints.TrimEnd()}");
    }

    private static string? InPath(string name)
    {
        if (name.Contains('/', StringComparison.Ordinal))
        {
            return File.Exists(name) ? name : null;
        }

        return (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }
}
