using Urma.Net.Interop.Tests.Abi;
using Urma.Net.Tests.Linux;

namespace Urma.Net.Interop.Tests;

/// <summary>Each header compiles by itself, in C and in C++, without a warning.</summary>
public sealed class HeaderCompilationTests
{
    [NativeCompilerFact]
    public void As_C11() => AssertCompile(CCompiler.Native!, "c", "c11");

    [NativeCxxCompilerFact]
    public void As_Cxx17() => AssertCompile(CCompiler.NativeCxx!, "c++", "c++17");

    private static void AssertCompile(string compiler, string language, string standard)
    {
        string[] headers = Directory.GetFiles(Repository.Include, "*.h", SearchOption.AllDirectories);
        Assert.NotEmpty(headers);
        foreach (string header in headers)
        {
            (bool correct, string output) = CCompiler.Run(
                compiler,
                [$"-std={standard}", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only", "-x", language, "-"],
                $"#include \"{header}\"\n");
            Assert.True(correct, output);
        }
    }
}
