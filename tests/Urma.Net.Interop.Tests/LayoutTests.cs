using Urma.Net.Interop.Tests.Abi;
using Urma.Net.Tests.Linux;

namespace Urma.Net.Interop.Tests;

/// <summary>The layouts of our C headers are the published ones: every line of the table, and nothing beside it.</summary>
public sealed class LayoutTests
{
    [NativeCompilerFact]
    public void Every_line_of_liburma_is_what_the_compiler_says() => AssertAgrees("liburma", AbiTable.Liburma, 2207);

    [NativeCompilerFact]
    public void Every_line_of_libobmm_is_what_the_compiler_says() => AssertAgrees("libobmm", AbiTable.Libobmm, 21);

    [NativeCompilerFact]
    public void The_oracle_notices_a_changed_header()
    {
        using var changed = new TemporaryDirectory();
        foreach (string header in Directory.GetFiles(Repository.Include, "*.h", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(changed.Path, Path.GetRelativePath(Repository.Include, header));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            string text = File.ReadAllText(header);
            File.WriteAllText(copy, text
                .Replace("uint32_t fence : 1;", "uint32_t fence : 2;", StringComparison.Ordinal)
                .Replace("URMA_OPC_FLUSH_DMA = 0x80", "URMA_OPC_FLUSH_DMA = 0x81", StringComparison.Ordinal));
        }

        string[] differences = [.. AbiTable.Liburma.Lines.Except(Oracle.Ask("liburma", changed.Path))];

        Assert.Contains("urma_jfs_wr_flag_t,bs.fence,0,,3,1,uint32_t", differences);
        Assert.Contains("urma_jfs_wr_flag_t,bs.solicited_enable,0,,4,1,uint32_t", differences);
        Assert.Contains("urma_opcode_t,=URMA_OPC_FLUSH_DMA,128,,,,enumerator", differences);
    }

    private static void AssertAgrees(string library, AbiTable table, int lines)
    {
        string[] measured = Oracle.Ask(library, Repository.Include);

        Assert.Equal(lines, table.Lines.Count);
        Assert.Empty(table.Lines.Except(measured).Take(20));
        Assert.Empty(measured.Except(table.Lines).Take(20));
        Assert.Equal(lines, measured.Length);
    }
}
