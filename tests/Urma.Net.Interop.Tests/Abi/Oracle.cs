using Urma.Net.Tests.Linux;

namespace Urma.Net.Interop.Tests.Abi;

/// <summary>What the C compiler makes of headers: native/layout, compiled here so that it is never an old one.</summary>
internal static class Oracle
{
    /// <summary>Compiles the oracle against the headers in a directory and returns its table of a library.</summary>
    internal static string[] Ask(string library, string include)
    {
        using var directory = new TemporaryDirectory();
        string program = Path.Combine(directory.Path, "layout");
        string[] sources = Directory.GetFiles(Repository.Layout, "*.c", SearchOption.AllDirectories);

        (bool compiled, string complaints) = CCompiler.Run(
            CCompiler.Native!, ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I", include, "-o", program, .. sources]);
        Assert.True(compiled, complaints);

        (bool ran, string table) = CCompiler.Run(program, [library]);
        Assert.True(ran, table);
        return AbiTable.Parse(table);
    }
}
