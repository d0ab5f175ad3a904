namespace Urma.Net.Interop.Tests.Abi;

/// <summary>A directory that is deleted at the end.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("urma-interop-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
