using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Urma.Net.Tests.Linux;

/// <summary>The C compiler testifies to every layout and constant of the bindings.</summary>
public sealed partial class LayoutTests
{
    // Newer than the oldest headers we build against.
    private static readonly string[] MayBeMissing =
    [
        "MFD_NOEXEC_SEAL", "MADV_POPULATE_READ", "MADV_POPULATE_WRITE", "SYS_pidfd_open", "SYS_pidfd_send_signal", "PROCMAP_QUERY",
    ];

    [NativeCompilerFact]
    public void The_C_compiler_agrees_with_every_struct_and_constant() =>
        AssertAgrees(CCompiler.Native!, RuntimeInformation.ProcessArchitecture);

    [Arm64CompilerFact]
    public void The_arm64_compiler_agrees_with_every_struct_and_constant() =>
        AssertAgrees(CCompiler.Arm64!, Architecture.Arm64);

    [NativeCompilerFact]
    public void The_oracle_notices_a_wrong_claim()
    {
        string program = LayoutOracle.Program(RuntimeInformation.ProcessArchitecture);
        string wrong = program.Replace("sizeof(struct iovec) == 16", "sizeof(struct iovec) == 24", StringComparison.Ordinal);

        Assert.NotEqual(program, wrong);
        Assert.False(CCompiler.Check(CCompiler.Native!, wrong).Correct);
    }

    [Fact]
    public void Every_struct_of_the_bindings_is_checked()
    {
        Assert.Equal(
            LayoutOracle.DeclaredStructs().Select(type => type.Name).Order(),
            LayoutOracle.Structs.Keys.Select(type => type.Name).Order());
    }

    [Fact]
    public void What_the_oracle_measures_is_what_the_runtime_uses()
    {
        foreach (Type type in LayoutOracle.Structs.Keys)
        {
            object managed = typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;
            Assert.Equal(Marshal.SizeOf(type), (int)managed);
            Assert.NotEmpty(LayoutOracle.FieldsOf(type));
            Assert.False(type.IsAutoLayout);
            Assert.False((bool)typeof(RuntimeHelpers)
                .GetMethod(nameof(RuntimeHelpers.IsReferenceOrContainsReferences))!.MakeGenericMethod(type).Invoke(null, null)!);
        }
    }

    private static void AssertAgrees(string compiler, Architecture architecture)
    {
        (bool correct, string output) = CCompiler.Check(compiler, LayoutOracle.Program(architecture));

        Assert.True(correct, output);
        string[] missing = [.. Missing().Matches(output).Select(match => match.Groups[1].Value).Distinct()];
        Assert.Empty(missing.Except(MayBeMissing));
    }

    [GeneratedRegex(@"missing: (\w+);")]
    private static partial Regex Missing();
}
