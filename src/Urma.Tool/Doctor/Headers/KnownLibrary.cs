using System.Reflection;
using System.Runtime.InteropServices;
using Urma.Net.Interop.Headers;
using Urma.Net.Interop.Headers.Abi;

namespace Urma.Net.Tool.Doctor.Headers;

/// <summary>A native library whose headers this build was compiled against.</summary>
/// <param name="Name">The library.</param>
/// <param name="Version">Which release our headers describe.</param>
/// <param name="Folder">The folder of its headers below the include directory.</param>
/// <param name="Header">The header that every installation has.</param>
/// <param name="Optional">Headers that an installation may lack, each with the folder below <paramref name="Folder"/> whose contents it stands for, if any.</param>
internal sealed record KnownLibrary(string Name, string Version, string Folder, string Header, params (string Header, string? Part)[] Optional)
{
    public static IReadOnlyList<KnownLibrary> All { get; } =
    [
        new("liburma", "UMDK 26.06", "ub/umdk/urma", "urma_api.h", ("urma_provider.h", null), ("urma_cmd.h", "cmd"), ("urma_perf.h", null), ("urma_ubagg.h", null)),
        new("libobmm", "the interface with seid and deid", "ub/obmm", "libobmm.h"),
    ];

    /// <summary>Where its headers lie: in <paramref name="directory"/> itself, or below it as an include directory; null when they do not.</summary>
    public string? Find(string directory) =>
        new[] { directory, Path.Combine(directory, Folder) }.FirstOrDefault(folder => File.Exists(Path.Combine(folder, Header)));

    /// <summary>What our build relies on, on this processor architecture.</summary>
    public AbiDescription Ours()
    {
        // Types of the C library inside of others have other sizes there.
        Assembly assembly = typeof(KnownLibrary).Assembly;
        using Stream stream = (RuntimeInformation.OSArchitecture == Architecture.Arm64 ? assembly.GetManifestResourceStream($"{Name}.arm64.abi.txt") : null)
            ?? assembly.GetManifestResourceStream($"{Name}.abi.txt")
            ?? throw new InvalidOperationException($"The description of {Name} is not part of this build.");
        using var reader = new StreamReader(stream);
        return AbiDescription.FromText(reader.ReadToEnd());
    }

    /// <summary>Reads installed headers and compares.</summary>
    /// <param name="folder">What <see cref="Find"/> returned.</param>
    public HeaderDrift Compare(string folder)
    {
        string[] absent = [.. Optional.Where(optional => !File.Exists(Path.Combine(folder, optional.Header))).Select(optional => optional.Header)];
        string root = Path.GetFullPath(folder);
        string? include = root.EndsWith("/" + Folder, StringComparison.Ordinal) ? root[..^(Folder.Length + 1)] : null;
        var theirs = AbiDescription.Of(HeaderReader.Read(new HeaderSet
        {
            Files = [.. new[] { Header }.Concat(Optional.Select(optional => optional.Header)).Except(absent)],
            Traversed = [root],
            IncludeDirectories = include is null ? [root] : [root, include],
        }));
        AbiDescription ours = Ours();
        AbiDescription compared = ours.Where(fact => !absent.Any(header => IsOf(fact, header)));
        return new HeaderDrift(this, folder, compared.Facts.Length, ours.Facts.Length - compared.Facts.Length, absent, AbiDifference.Between(compared, theirs));
    }

    private bool IsOf(AbiFact fact, string header)
    {
        string? part = Optional.First(optional => optional.Header == header).Part;
        return fact.Header == $"{Folder}/{header}" || (part is not null && fact.Header.StartsWith($"{Folder}/{part}/", StringComparison.Ordinal));
    }
}
