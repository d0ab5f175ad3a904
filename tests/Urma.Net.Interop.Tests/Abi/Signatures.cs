namespace Urma.Net.Interop.Tests.Abi;

/// <summary>The published signatures of the public functions of a library.</summary>
internal static class Signatures
{
    internal static IReadOnlyList<Signature> Liburma { get; } = Read("liburma");

    internal static IReadOnlyList<Signature> Libobmm { get; } = Read("libobmm");

    private static Signature[] Read(string library) =>
    [
        .. File.ReadLines(Path.Combine(Repository.Facts, library + "-signatures.tsv"))
            .Select(line => line.Split('\t'))
            .Select(cells => new Signature(cells[2], cells[1], cells[3])),
    ];
}
