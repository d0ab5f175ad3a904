using System.Runtime.InteropServices;
using Urma.Net.Interop.Tests.Abi;

namespace Urma.Net.Interop.Tests.Bindings;

/// <summary>The built libraries have every function the bindings import, so that no call turns out to be missing later.</summary>
public sealed class ImportTests
{
    [BuiltLibraryFact("liburma.so.0")]
    public void The_software_device_has_every_public_function_of_liburma()
    {
        string path = BuiltLibraryFactAttribute.PathOf("liburma.so.0");
        Liburma.Liburma.Load(NativeLibrary.Load(path), path);

        // Beyond these the bindings import a few that liburma exports without urma_api.h declaring them; callers ask for those.
        IEnumerable<string> published = Signatures.Liburma.Select(signature => signature.Name).Intersect(Liburma.Liburma.Imports);
        Assert.Equal(128, published.Count());
        Assert.All(published, name => Assert.True(Liburma.Liburma.IsAvailable(name), name));
    }

    [BuiltLibraryFact("libobmm.so")]
    public void The_software_device_has_every_import_of_libobmm()
    {
        // Not through the class, which another test wants to find unused.
        nint library = NativeLibrary.Load(BuiltLibraryFactAttribute.PathOf("libobmm.so"));

        Assert.All(Libobmm.Libobmm.Imports, name => Assert.True(NativeLibrary.TryGetExport(library, name, out _), name));
    }

    [Fact]
    public void Every_import_is_exported_by_the_published_library()
    {
        string[] exports = File.ReadAllLines(Path.Combine(Repository.Facts, "liburma-exports.txt"));

        Assert.Empty(Liburma.Liburma.Imports.Except(exports));
        Assert.True(Liburma.Liburma.Imports.Length >= 128);
    }
}
