using System.Text;
using System.Text.Json;
using Xunit;

namespace Urma.Net.Tool.Tests;

/// <summary>The tool on a UB device, which is the software one: two processes, each through liburma's own interface.</summary>
public class UbDeviceTests
{
    // What 26.06 added.
    private static readonly string[] NewFunctions =
    [
        .. from verb in new[] { "alloc_{0}", "set_{0}_opt", "get_{0}_opt", "active_{0}", "deactive_{0}", "free_{0}" }
           from kind in new[] { "jfc", "jfs", "jfr", "jetty" }
           select "urma_" + string.Format(null, verb, kind),
        "urma_get_rjetty", "urma_put_rjetty", "urma_get_seg_ctx", "urma_put_seg_ctx", "urma_get_eid_by_ip", "urma_get_ip_by_eid",
        "urma_get_smac", "urma_get_dmac", "urma_register_loc_log_func",
    ];

    private static string Native => Path.Combine(Repository.Root, "artifacts", "native");

    private static string Liburma => Path.Combine(Native, "liburma.so.0");

    [Theory]
    [InlineData("send_lat")]
    [InlineData("write_lat", "-s", "4096")]
    [InlineData("read_bw", "-s", "65536")]
    [InlineData("send_bw", "-s", "8")]
    [InlineData("atomic_lat")]
    public void Perftest_runs_on_it_and_allocates_nothing(params string[] arguments)
    {
        JsonElement result = Measure("127", arguments);
        Assert.Equal(0, result.GetProperty("alloc_bytes_per_op").GetDouble());
    }

    [Theory]
    [InlineData("1")]
    [InlineData("5")]
    public void Atomics_that_it_lacks_are_emulated_and_right(string has)
    {
        Measure(has, "atomic_lat");
        using ProgramRun info = Run(has, Liburma, "info");
        Assert.Equal(0, info.ExitCode());
        Assert.Contains("Emulated", info.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_of_25_12_serves_too()
    {
        Assert.Equal(33, NewFunctions.Length);
        string folder = Directory.CreateTempSubdirectory("urma-liburma-25-").FullName;
        try
        {
            // The same library without the names that the release did not have.
            byte[] file = File.ReadAllBytes(Liburma);
            foreach (string function in NewFunctions)
            {
                int at = file.AsSpan().IndexOf(Encoding.ASCII.GetBytes($"\0{function}\0"));
                Assert.True(at > 0, $"{function} is not exported.");
                file[at + 1] = (byte)'x';
            }

            string old = Path.Combine(folder, "liburma.so.0");
            File.WriteAllBytes(old, file);
            using ProgramRun info = Run("127", old, "info");
            Assert.Equal(0, info.ExitCode());
            Assert.Contains(old, info.Output.Replace("\n", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
            using ProgramRun run = Run("127", old, "perftest", "send_lat", "-d", "ub://urma0", "--rounds", "1", "--json", "-");
            Assert.True(run.ExitCode() == 0, run.Errors);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Without_a_library_the_reason_is_said()
    {
        using ProgramRun run = Run("127", "/nowhere/liburma.so.0", "perftest", "send_lat", "-d", "ub://urma0");
        Assert.Equal(1, run.ExitCode());
        Assert.Contains("/nowhere/liburma.so.0", run.Errors, StringComparison.Ordinal);
        Assert.Contains("URMA_LIBURMA", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_that_is_not_liburma_is_said_to_be_none()
    {
        using ProgramRun run = Run("127", Path.Combine(Native, "liburma_yardstick.so"), "perftest", "send_lat", "-d", "ub://");
        Assert.Equal(1, run.ExitCode());
        Assert.Contains("is not liburma", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_gives_a_C_program_the_device()
    {
        using ProgramRun run = ProgramRun.Tool("run", "--software-ub", "--library", Native, "--", Path.Combine(Native, "urma_c_rm_messages"));
        Assert.True(run.ExitCode() == 0, run.Errors);
        Assert.Contains("received \"hello\"", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_leaves_signals_as_they_were()
    {
        using ProgramRun run = ProgramRun.Tool("run", "--software-ub", "--library", Native, "--", "grep", "SigIgn", "/proc/self/status");
        Assert.Equal(0, run.ExitCode());
        Assert.Equal(0ul, Convert.ToUInt64(run.Output.Split(':')[1].Trim(), 16) & (1ul << 12));
    }

    [Fact]
    public void Run_says_what_is_wrong()
    {
        using ProgramRun unclear = ProgramRun.Tool("run", "--", "true");
        Assert.NotEqual(0, unclear.ExitCode());
        Assert.Contains("--software-ub", unclear.Errors, StringComparison.Ordinal);
        using ProgramRun missing = ProgramRun.Tool("run", "--software-ub", "--library", Native, "--", "no-such-program");
        Assert.Equal(1, missing.ExitCode());
        Assert.Contains("no-such-program", missing.Errors, StringComparison.Ordinal);
        using ProgramRun nowhere = ProgramRun.Tool("run", "--software-ub", "--library", "/nowhere", "--", "true");
        Assert.Equal(1, nowhere.ExitCode());
        Assert.Contains("/nowhere", nowhere.Errors, StringComparison.Ordinal);
        using ProgramRun failing = ProgramRun.Tool("run", "--software-ub", "--library", Native, "--", "sh", "-c", "exit 7");
        Assert.Equal(7, failing.ExitCode());
    }

    [Fact]
    public void Info_names_the_libobmm_that_is_used_or_says_what_is_missing()
    {
        string library = Path.Combine(Native, "libobmm.so.1");
        Assert.True(File.Exists(library), $"'{library}' is missing: make it with './build.sh exports' (needs cmake).");
        using ProgramRun found = ProgramRun.ToolWith("URMA_LIBOBMM", library, "info");
        Assert.Equal(0, found.ExitCode());
        string[] lines = found.Output.Split('\n');
        Assert.Contains("libobmm.so.1", lines[Array.FindIndex(lines, static l => l.StartsWith("memory shared", StringComparison.Ordinal)) + 1], StringComparison.Ordinal);
        using ProgramRun missing = ProgramRun.ToolWith("URMA_LIBOBMM", "/nowhere/libobmm.so", "info");
        Assert.Equal(0, missing.ExitCode());
        Assert.Contains("'/nowhere/libobmm.so' could not be loaded", missing.Output, StringComparison.Ordinal);
    }

    private static JsonElement Measure(string atomics, params string[] arguments)
    {
        using ProgramRun run = Run(atomics, Liburma, ["perftest", .. arguments, "-d", "ub://urma0", "--rounds", "1", "--json", "-"]);
        Assert.True(run.ExitCode() == 0, run.Errors);
        return JsonDocument.Parse(run.Output).RootElement;
    }

    private static ProgramRun Run(string atomics, string library, params string[] arguments)
    {
        Assert.True(File.Exists(Liburma), $"'{Liburma}' is missing: make it with './build.sh exports'.");
        return ProgramRun.ToolWith([("URMA_LIBURMA", library), ("URMA_SOFT_LIMITS", $"atomics={atomics}")], arguments);
    }
}
