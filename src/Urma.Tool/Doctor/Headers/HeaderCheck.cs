using Urma.Net.Interop.Headers.Clang;
using Urma.Net.Tool.Perftest;

namespace Urma.Net.Tool.Doctor.Headers;

/// <summary>
/// <c>urma doctor --headers DIR</c>: whether programs compiled against installed headers and this build mean the same by the
/// same names.
/// </summary>
internal static class HeaderCheck
{
    private const int NoDrift = 0;
    private const int Drift = 1;
    private const int Unknown = 2;

    /// <summary>Compares and prints.</summary>
    /// <param name="directory">A folder with installed headers, or an include directory above it.</param>
    /// <param name="asJson">Print JSON instead of tables.</param>
    /// <returns>The exit code: 0 for no drift, 1 for drift, 2 when it could not be found out.</returns>
    public static int Run(string directory, bool asJson)
    {
        (KnownLibrary Library, string Folder)[] found =
            [.. KnownLibrary.All.Select(library => (library, library.Find(directory)!)).Where(pair => pair.Item2 is not null)];
        if (found.Length == 0)
        {
            Console.Error.WriteLine($"urma: {directory} has none of the headers this build knows: " +
                string.Join(", ", KnownLibrary.All.Select(library => $"{library.Header} ({library.Name})")) + ". Nothing was compared.");
            return Unknown;
        }

        try
        {
            HeaderDrift[] drifts = [.. found.Select(pair => pair.Library.Compare(pair.Folder))];
            if (asJson)
            {
                Console.Out.WriteLine(PerftestJson.Text(HeaderReport.Json(drifts)));
            }
            else
            {
                HeaderReport.Print(drifts);
            }

            return drifts.Any(drift => drift.IsHarmful) ? Drift : NoDrift;
        }
        catch (ClangException error)
        {
            string advice = error.IsMissing ? string.Empty
                : "\nHeaders that these include may lie elsewhere: name their folders in CPATH, separated by colons.";
            Console.Error.WriteLine($"urma: the headers could not be compared. {error.Message}{advice}");
            return Unknown;
        }
    }
}
