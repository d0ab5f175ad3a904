using Urma.Net.Interop.Tests.Abi;
using Urma.Net.Tests.Linux;

namespace Urma.Net.Interop.Tests;

/// <summary>Our C header declares the published functions, with the published types.</summary>
public sealed class SignatureTests
{
    [NativeCompilerFact]
    public void All_128_functions_of_liburma_have_the_published_types() =>
        AssertCorrect("ub/umdk/urma/urma_api.h", Signatures.Liburma, 128);

    [NativeCompilerFact]
    public void All_10_functions_of_libobmm_have_the_published_types() =>
        AssertCorrect("ub/obmm/libobmm.h", Signatures.Libobmm, 10);

    [NativeCompilerFact]
    public void A_wrong_type_is_noticed()
    {
        Signature right = Signatures.Liburma.Single(signature => signature.Name == "urma_rearm_jfc");

        (bool correct, string output) = Check(
            "ub/umdk/urma/urma_api.h", [right with { Parameters = "urma_jfc_t *jfc, int solicited_only" }]);

        Assert.False(correct);
        Assert.Contains("urma_rearm_jfc", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_published_library_exports_every_function()
    {
        string[] exports = File.ReadAllLines(Path.Combine(Repository.Facts, "liburma-exports.txt"));

        Assert.Empty(Signatures.Liburma.Select(signature => signature.Name).Except(exports));
    }

    [Fact]
    public void The_C_test_of_zero_arguments_calls_every_function()
    {
        string program = File.ReadAllText(Path.Combine(Repository.Root, "native", "tests", "robust", "zero_arguments.c"));

        Assert.All(Signatures.Liburma, signature => Assert.Contains(signature.Name + "(", program, StringComparison.Ordinal));
    }

    private static void AssertCorrect(string header, IReadOnlyList<Signature> signatures, int count)
    {
        Assert.Equal(count, signatures.DistinctBy(signature => signature.Name).Count());

        (bool correct, string output) = Check(header, signatures);

        Assert.True(correct, output);
    }

    private static (bool Correct, string Output) Check(string header, IEnumerable<Signature> signatures) => CCompiler.Run(
        CCompiler.Native!,
        ["-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I", Repository.Include, "-x", "c", "-"],
        $"#include <{header}>\n" + string.Join('\n', signatures.Select(signature => signature.Claim)));
}
