using Urma.Net.Interop.Tests.Abi;

namespace Urma.Net.Interop.Tests;

/// <summary>Nothing stands in our headers that no published fact vouches for, and nothing is missing.</summary>
public sealed class HeaderCompletenessTests
{
    private static readonly HeaderDeclarations Headers =
        HeaderDeclarations.Read(Path.Combine(Repository.Include, "ub", "umdk", "urma"));

    /// <summary>Names that have no line in the table, and why.</summary>
    private static readonly Dictionary<string, string> AliasesWithoutLine = new()
    {
        ["urma_status_t"] = "int",
        ["urma_jfs_id_t"] = "urma_jetty_id_t",
        ["urma_jfr_id_t"] = "urma_jetty_id_t",
        ["urma_jfc_id_t"] = "urma_jetty_id_t",
        ["urma_jfs_state_t"] = "urma_jetty_state_t",
        ["urma_import_jetty_ex_cfg_t"] = "urma_active_tp_cfg_t",
        ["urma_import_jfr_ex_cfg_t"] = "urma_active_tp_cfg_t",
        ["urma_bind_jetty_ex_cfg_t"] = "urma_active_tp_cfg_t",
        ["urma_advise_async_cb_func"] = "a function",
        ["urma_async_event_cb"] = "a function",
        ["urma_log_cb_t"] = "a function",
        ["urma_loc_log_cb"] = "a function",
    };

    /// <summary>Exported, but outside of the 128 functions: their signatures are not in the published list.</summary>
    private static readonly string[] FunctionsOutsideOfTheList =
    [
        "urma_u32_to_eid", "urma_str_to_eid",
        "urma_register_provider_ops", "urma_unregister_provider_ops",
        "urma_start_perf", "urma_stop_perf", "urma_get_perf_info",
    ];

    [Fact]
    public void Types_are_those_of_the_table()
    {
        Assert.Empty(Headers.Types.Except(AbiTable.Liburma.Types));
        Assert.Empty(AbiTable.Liburma.Types.Except(Headers.Types));
    }

    [Fact]
    public void Every_alias_has_a_reason() => Assert.Equal(AliasesWithoutLine.Keys.Order(), Headers.Aliases.Order());

    [Fact]
    public void Members_are_those_of_the_table()
    {
        // The table has one line for an array of structs, so the compiler vouches for the sum of their members only.
        const string InsideOfAnArray = "urma_perf_stats_t.type_record.";

        Assert.Empty(Headers.Members.Where(member => !member.StartsWith(InsideOfAnArray, StringComparison.Ordinal)).Except(AbiTable.Liburma.Members));
        Assert.Empty(AbiTable.Liburma.Members.Except(Headers.Members));
    }

    [Fact]
    public void Enumerators_are_those_of_the_table()
    {
        Assert.Empty(Headers.Enumerators.Except(AbiTable.Liburma.Enumerators));
        Assert.Empty(AbiTable.Liburma.Enumerators.Except(Headers.Enumerators));
    }

    [Fact]
    public void Functions_are_the_published_ones()
    {
        Assert.Equal(
            Signatures.Liburma.Select(signature => signature.Name).Concat(FunctionsOutsideOfTheList).Order(),
            Headers.Functions.Order());
        Assert.Empty(FunctionsOutsideOfTheList.Except(File.ReadAllLines(Path.Combine(Repository.Facts, "liburma-exports.txt"))));
    }

    [Fact]
    public void Libobmm_declares_what_its_tables_list()
    {
        HeaderDeclarations headers = HeaderDeclarations.Read(Path.Combine(Repository.Include, "ub", "obmm"));

        Assert.Equal(AbiTable.Libobmm.Types.Order(), headers.Types.Order());
        Assert.Equal(AbiTable.Libobmm.Members.Order(), headers.Members.Order());
        Assert.Equal(Signatures.Libobmm.Select(signature => signature.Name).Order(), headers.Functions.Order());
        Assert.Equal(["mem_id"], headers.Aliases);
    }

    [Fact]
    public void The_reader_sees_what_stands_in_a_header()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(Path.Combine(directory.Path, "one.h"), """
            /* struct in_a_comment { int x; }; */
            #ifdef __cplusplus
            extern "C" {
            #endif
            typedef enum mode {
                MODE_A = -1, MODE_B
            } mode_t;
            __extension__ typedef struct outer {
                int first : 3;
                union { char *second; struct { long third[4]; } named[2]; };
                void (*call)(int x);
            } __attribute__((packed)) outer_t;
            typedef void (*callback)(void *argument);
            int function(const outer_t *argument);
            #ifdef __cplusplus
            }
            #endif

            """);

        HeaderDeclarations headers = HeaderDeclarations.Read(directory.Path);

        Assert.Equal(["mode_t", "outer_t"], headers.Types.Order());
        Assert.Equal(["mode_t.MODE_A", "mode_t.MODE_B"], headers.Enumerators.Order());
        Assert.Equal(
            ["outer_t.call", "outer_t.first", "outer_t.named", "outer_t.named.third", "outer_t.second"],
            headers.Members.Order());
        Assert.Equal(["callback"], headers.Aliases);
        Assert.Equal(["function"], headers.Functions);
    }
}
