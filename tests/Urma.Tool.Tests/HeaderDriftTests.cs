using System.Text.Json;
using Xunit;

namespace Urma.Net.Tool.Tests;

/// <summary><c>urma doctor --headers</c> on copies of our own headers.</summary>
public sealed class HeaderDriftTests : IDisposable
{
    private readonly string _include = Directory.CreateTempSubdirectory("urma-headers-").FullName;

    public HeaderDriftTests()
    {
        string source = Path.Combine(Repository.Root, "native", "include");
        foreach (string header in Directory.EnumerateFiles(source, "*.h", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(_include, Path.GetRelativePath(source, header));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(header, copy);
        }
    }

    private string Urma => Path.Combine(_include, "ub", "umdk", "urma");

    public void Dispose() => Directory.Delete(_include, recursive: true);

    [ClangFact]
    public void The_headers_this_was_generated_from_do_not_differ()
    {
        using ProgramRun run = ProgramRun.Tool("doctor", "--headers", _include);

        Assert.True(run.ExitCode() == 0, run.Output + run.Errors);
        Assert.Contains("liburma", run.Output, StringComparison.Ordinal);
        Assert.Contains("libobmm", run.Output, StringComparison.Ordinal);
        Assert.Equal(2, run.Output.Split("no drift; 0 are new").Length - 1);
    }

    [ClangFact]
    public void Changed_bits_values_sizes_and_signatures_are_named_with_both_sides()
    {
        Edit("types/work.h", "uint32_t fence : 1;", "uint32_t fence : 2;");
        Edit("urma_opcode.h", "URMA_OPC_FLUSH_DMA = 0x80", "URMA_OPC_FLUSH_DMA = 0x81");
        Edit("urma_opcode.h", "#define URMA_MAX_PRIORITY 15", "#define URMA_MAX_PRIORITY 7\n#define URMA_NEWER 1");
        Edit("urma_api.h", "urma_status_t urma_uninit(void);", "urma_status_t urma_uninit(int how);");
        Edit("urma_api.h", "urma_status_t urma_get_uasid(uint32_t *uasid);", string.Empty);

        using ProgramRun run = ProgramRun.Tool("doctor", "--headers", Urma, "--json", "-");

        Assert.True(run.ExitCode() == 1, run.Output + run.Errors);
        using JsonDocument document = JsonDocument.Parse(run.Output);
        JsonElement library = document.RootElement.GetProperty("libraries").EnumerateArray().Single();
        string[] differences = [.. library.GetProperty("differences").EnumerateArray().Select(difference => string.Join(
            '|', new[] { "change", "what", "name", "ours", "installed" }.Select(name => difference.GetProperty(name).GetString())))];
        Assert.True(library.GetProperty("drift").GetBoolean());
        Assert.Contains("changed|member|urma_jfs_wr_flag_t.bs.fence|bit 3, width 1|bit 3, width 2", differences);
        Assert.Contains("changed|member|urma_jfs_wr_flag_t.bs.solicited_enable|bit 4, width 1|bit 5, width 1", differences);
        Assert.Contains("changed|type|urma_jfs_wr_t|size 80, alignment 8|size 88, alignment 8", differences);
        Assert.Contains("changed|enumerator|urma_opcode_t.URMA_OPC_FLUSH_DMA|128|129", differences);
        Assert.Contains("changed|constant|URMA_MAX_PRIORITY|15|7", differences);
        Assert.Contains("added|constant|URMA_NEWER||1", differences);
        Assert.Contains("changed|function|urma_uninit|i32 (void)|i32 (i32)", differences);
        Assert.Contains("missing|function|urma_get_uasid|i32 (u32*)|", differences);
    }

    [ClangFact]
    public void The_table_shows_both_sides_and_what_was_not_compared()
    {
        Edit("urma_opcode.h", "URMA_OPC_FLUSH_DMA = 0x80", "URMA_OPC_FLUSH_DMA = 0x81");
        File.Delete(Path.Combine(Urma, "urma_ubagg.h"));

        using ProgramRun run = ProgramRun.Tool("doctor", "--headers", Urma);

        Assert.True(run.ExitCode() == 1, run.Output + run.Errors);
        string row = run.Output.Split('\n').Single(line => line.Contains("URMA_OPC_FLUSH_DMA", StringComparison.Ordinal));
        Assert.Matches(@"enumerator\s+urma_opcode_t\.URMA_OPC_FLUSH_DMA\s+128\s+129", row);
        Assert.Contains("urma_ubagg.h is not there", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("bondp_", run.Output, StringComparison.Ordinal);
    }

    [ClangFact]
    public void Headers_the_compiler_does_not_understand_are_no_answer()
    {
        Edit("types/work.h", "uint32_t fence : 1;", "no_such_type fence : 1;");

        using ProgramRun run = ProgramRun.Tool("doctor", "--headers", Urma);

        Assert.Equal(2, run.ExitCode());
        Assert.Contains("no_such_type", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_clang_the_answer_is_what_to_install_and_no_verdict()
    {
        using ProgramRun run = ProgramRun.ToolWith("URMA_CLANG", "/no/such/clang", "doctor", "--headers", Urma);

        Assert.Equal(2, run.ExitCode());
        Assert.Contains("could not be compared", run.Errors, StringComparison.Ordinal);
        Assert.Contains("apt-get install clang", run.Errors, StringComparison.Ordinal);
        Assert.Empty(run.Output.Trim());
    }

    [Fact]
    public void A_folder_without_known_headers_is_named()
    {
        using ProgramRun run = ProgramRun.Tool("doctor", "--headers", Path.Combine(_include, "ub"));

        Assert.Equal(2, run.ExitCode());
        Assert.Contains("urma_api.h", run.Errors, StringComparison.Ordinal);
    }

    private void Edit(string header, string before, string after)
    {
        string path = Path.Combine(Urma, header);
        string text = File.ReadAllText(path);
        Assert.Contains(before, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(before, after, StringComparison.Ordinal));
    }
}
