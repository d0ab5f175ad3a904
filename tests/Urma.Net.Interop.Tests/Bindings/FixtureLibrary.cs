using System.Runtime.InteropServices;
using Urma.Net.Interop.Tests.Abi;
using Urma.Net.Tests.Linux;

namespace Urma.Net.Interop.Tests.Bindings;

/// <summary>The library behind the fixture's header, compiled and loaded.</summary>
internal sealed class FixtureLibrary : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    /// <param name="older">The release that lacks a function.</param>
    internal FixtureLibrary(bool older)
    {
        Path = System.IO.Path.Combine(_folder.Path, "libfixture.so");
        (bool correct, string output) = CCompiler.Run(
            CCompiler.Native!,
            ["-std=gnu11", "-O1", "-shared", "-fPIC", older ? "-DOLDER" : "-DNEWER", "-o", Path, System.IO.Path.Combine(FixtureFacts.Folder, "fixture.c")]);
        Assert.True(correct, output);
        Handle = NativeLibrary.Load(Path);
    }

    internal string Path { get; }

    internal nint Handle { get; }

    public void Dispose()
    {
        NativeLibrary.Free(Handle);
        _folder.Dispose();
    }
}
