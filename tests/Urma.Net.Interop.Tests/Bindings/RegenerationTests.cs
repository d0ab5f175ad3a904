using Urma.Net.Interop.Tests.Abi;

namespace Urma.Net.Interop.Tests.Bindings;

/// <summary>The checked-in bindings are what the generator makes of the headers.</summary>
public sealed class RegenerationTests
{
    private const string Fixture = "tests/Urma.Net.Interop.Bindings/Fixture";

    [ClangFact]
    public void Liburma_is_as_generated() => AssertAsGenerated("interop/Liburma");

    [Arm64HeadersFact]
    public void Liburma_on_arm64_is_as_generated() => AssertAsGenerated("interop/Liburma/arm64");

    [ClangFact]
    public void Libobmm_is_as_generated() => AssertAsGenerated("interop/Libobmm");

    [RdmaHeadersFact]
    public void Libibverbs_is_as_generated() => AssertAsGenerated("interop/Libibverbs");

    [RdmaHeadersFact]
    public void Librdmacm_is_as_generated() => AssertAsGenerated("interop/Librdmacm");

    [ClangFact]
    public void The_fixture_is_as_generated() => AssertAsGenerated(Fixture);

    [Fact]
    public void Every_response_file_is_checked_here()
    {
        string[] known = ["interop/Liburma", "interop/Liburma/arm64", "interop/Libobmm", "interop/Libibverbs", "interop/Librdmacm", Fixture];
        IEnumerable<string> found = new[] { "interop", "tests" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "generate.rsp", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Repository.Root, Path.GetDirectoryName(path)!));

        Assert.Equal(known.Order(), found.Order());
    }

    [ClangFact]
    public void A_changed_header_changed_by_hand_superfluous_and_missing_files_are_named()
    {
        using var copy = new TemporaryDirectory();
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Repository.Root, Fixture)))
        {
            string text = File.ReadAllText(file);
            File.WriteAllText(Path.Combine(copy.Path, Path.GetFileName(file)), Path.GetFileName(file) switch
            {
                "generate.rsp" => text.Replace(Fixture, copy.Path, StringComparison.Ordinal),
                "fixture.h" => text.Replace("uint8_t first;", "uint16_t first;", StringComparison.Ordinal),
                "fixture_inner.g.cs" => text + "\n",
                _ => text,
            });
        }

        File.Delete(Path.Combine(copy.Path, "fixture_plain_t.g.cs"));
        File.WriteAllText(Path.Combine(copy.Path, "fixture_gone.g.cs"), string.Empty);
        string response = "@" + Path.Combine(copy.Path, "generate.rsp");

        GeneratorRun check = GeneratorRun.Start([response, "--check"]);

        Assert.Equal(1, check.ExitCode);
        foreach (string name in new[] { "fixture_packed", "fixture_inner", "fixture_plain_t", "fixture_gone" })
        {
            Assert.Contains($"differs: {copy.Path}/{name}.g.cs", check.Output, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("fixture_bits.g.cs", check.Output, StringComparison.Ordinal);
        Assert.Equal(0, GeneratorRun.Start([response]).ExitCode);
        Assert.False(File.Exists(Path.Combine(copy.Path, "fixture_gone.g.cs")));
        Assert.Equal(0, GeneratorRun.Start([response, "--check"]).ExitCode);
    }

    [Fact]
    public void Without_clang_the_generator_says_what_to_install_and_writes_nothing()
    {
        GeneratorRun run = GeneratorRun.Start(["@interop/Libobmm/generate.rsp"], clang: "/no/such/clang");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("apt-get install clang", run.Output, StringComparison.Ordinal);
    }

    [ClangFact]
    public void A_header_that_is_wrong_is_the_compilers_to_explain()
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllText(Path.Combine(folder.Path, "wrong.h"), "struct wrong { no_such_type x; };\n");

        GeneratorRun run = GeneratorRun.Start(["-f", "wrong.h", "-I", folder.Path, "-n", "N", "-l", "l", "-o", folder.Path]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("no_such_type", run.Output, StringComparison.Ordinal);
    }

    private static void AssertAsGenerated(string folder)
    {
        GeneratorRun run = GeneratorRun.Start([$"@{folder}/generate.rsp", "--check"]);

        Assert.True(run.ExitCode == 0, $"{folder} is not what the generator makes of the headers. Run './build.sh generate' and commit.\n{run.Output}");
    }
}
