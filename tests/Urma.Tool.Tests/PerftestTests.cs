using System.Text.Json;
using Xunit;

namespace Urma.Net.Tool.Tests;

public class PerftestTests
{
    [Theory]
    [InlineData("read_lat")]
    [InlineData("write_lat")]
    [InlineData("send_lat")]
    [InlineData("atomic_lat")]
    [InlineData("loadstore_lat")]
    [InlineData("async_lat")]
    [InlineData("async_lat", "--resume", "poller")]
    [InlineData("async_lat", "--resume", "pool")]
    [InlineData("send_lat", "-e")]
    [InlineData("send_lat", "--wait")]
    [InlineData("send_lat", "-s", "5000")]
    [InlineData("write_lat", "-s", "1", "-I")]
    [InlineData("atomic_lat", "-A", "cas")]
    [InlineData("ownership")]
    [InlineData("ownership", "--regions", "64", "--mode", "batch")]
    [InlineData("ownership", "--regions", "4", "--mode", "single", "--fabric", "1us")]
    [InlineData("ownership", "--regions", "4", "--mode", "batch", "--pages")]
    public void Latency_is_measured_beside_its_yardstick(params string[] arguments)
    {
        JsonElement result = Measure(arguments);
        JsonElement latency = result.GetProperty("lat_ns");
        Assert.True(latency.GetProperty("p50").GetDouble() > 0);
        Assert.True(latency.GetProperty("avg").GetDouble() > 0);
        Assert.True(latency.GetProperty("min").GetDouble() <= latency.GetProperty("p99").GetDouble());
        Assert.True(latency.GetProperty("p99").GetDouble() <= latency.GetProperty("p999").GetDouble());
        CheckCommon(result, arguments[0]);
    }

    [Theory]
    [InlineData("read_bw")]
    [InlineData("write_bw")]
    [InlineData("send_bw")]
    [InlineData("send_bw", "-s", "8")]
    [InlineData("send_bw", "-s", "64", "-I", "-l", "4", "-Q", "8", "-r", "3")]
    [InlineData("send_bw", "-s", "1000000")]
    [InlineData("write_bw", "-s", "8", "-l", "4", "-Q", "16")]
    [InlineData("atomic_bw")]
    [InlineData("loadstore_bw")]
    public void Bandwidth_is_measured_beside_memcpy(params string[] arguments)
    {
        JsonElement result = Measure(arguments);
        Assert.True(result.GetProperty("bw_GBps").GetDouble() > 0);
        Assert.True(result.GetProperty("msg_rate_M").GetDouble() > 0);
        Assert.True(result.GetProperty("baseline").GetProperty("memcpy_GBps").GetDouble() > 0);
        CheckCommon(result, arguments[0]);
    }

    [Fact]
    public void Several_sizes_are_measured_in_one_run_and_processor_time_is_told()
    {
        using ProgramRun run = ProgramRun.Tool("perftest", "send_lat", "-s", "8", "-s", "4096", "--rounds", "1", "--json", "-");
        Assert.True(run.ExitCode() == 0, run.Errors);
        JsonElement results = JsonDocument.Parse(run.Output).RootElement.GetProperty("results");
        Assert.Equal([8, 4096], results.EnumerateArray().Select(static result => result.GetProperty("size").GetInt64()));
        Assert.All(results.EnumerateArray(), static result => Assert.True(result.GetProperty("cpu_s_per_M").GetDouble() > 0));
    }

    [Fact]
    public void The_table_has_the_banner_and_the_columns_of_urma_perftest()
    {
        using ProgramRun run = ProgramRun.Tool("perftest", "read_lat", "--rounds", "1");
        Assert.True(run.ExitCode() == 0, run.Errors);
        Assert.Contains("URMA_READ Latency Test", run.Output, StringComparison.Ordinal);
        Assert.Contains(
            " bytes   iterations  t_min[us]  t_max[us]  t_median[us]  t_avg[us]  t_stdev[us]  99%[us]  99.9%[us]  99.99%[us]  99.999%[us]",
            run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("send_lat", "--fabric", "rdma")]
    [InlineData("read_lat", "--fabric", "3us,25GB/s")]
    [InlineData("loadstore_lat", "--fabric", "3us")]
    [InlineData("async_lat", "--fabric", "3us")]
    public void A_modelled_link_takes_its_time_and_is_reported(params string[] arguments)
    {
        JsonElement result = Measure(arguments);
        JsonElement model = result.GetProperty("fabric_model");
        Assert.Equal(3000, model.GetProperty("latency_ns").GetDouble());

        // Loads and stores wait in the model, which subtracts its own cost: right on average.
        double least = arguments[0] == "loadstore_lat" ? 2900 : 3000;
        Assert.True(result.GetProperty("lat_ns").GetProperty("p50").GetDouble() >= least, "Faster than the link.");
    }

    [Fact]
    public void A_profile_file_says_which_link_leads_to_the_peer()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, """{ "peers": [ { "label": "urma *", "class": "rdma" } ], "default": "local" }""");
            JsonElement result = Measure(["read_lat", "--fabric", path]);
            Assert.Equal("rdma", result.GetProperty("fabric_model").GetProperty("name").GetString());
            Assert.True(result.GetProperty("lat_ns").GetProperty("p50").GetDouble() >= 3000, "Faster than the link.");

            File.WriteAllText(path, "{\n\"peers\": [ { \"lable\": \"x\" } ] }");
            using ProgramRun bad = ProgramRun.Tool("perftest", "read_lat", "--fabric", path);
            Assert.Equal(1, bad.ExitCode());
            Assert.Contains($"{path}, line 2, field peers[0].lable", bad.Errors, StringComparison.Ordinal);

            File.WriteAllText(path, """{ "peers": [ { "label": "urma *", "class": "none" } ], "default": "local" }""");
            using ProgramRun none = ProgramRun.Tool("perftest", "read_lat", "--fabric", path);
            Assert.Equal(1, none.ExitCode());
            Assert.Contains("gives no link", none.Errors, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void The_table_says_above_and_below_that_a_link_was_modelled()
    {
        using ProgramRun run = ProgramRun.Tool("perftest", "write_bw", "--rounds", "1", "-s", "4096", "--fabric", "1us,1GB/s");
        Assert.True(run.ExitCode() == 0, run.Errors);
        Assert.Equal(2, run.Output.Split("ON, own (1000 ns, 1 GB/s)").Length - 1);
        using ProgramRun raw = ProgramRun.Tool("perftest", "loadstore_bw", "--fabric", "ub");
        Assert.Equal(1, raw.ExitCode());
        Assert.Contains("no fabric model can delay", raw.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Ends_with_different_links_are_told_so()
    {
        string name = $"links-{Environment.ProcessId}";
        using ProgramRun server = ProgramRun.Tool("perftest", "send_lat", "--listen", name, "--provider", "loopback://tool-tests", "--fabric", "ub");
        server.WaitForErrors("Waiting for a client");
        using ProgramRun client = ProgramRun.Tool("perftest", "send_lat", "-S", name, "--rounds", "1", "--provider", "loopback://tool-tests");
        Assert.Equal(1, client.ExitCode());
        Assert.Contains("start both with the same --fabric", client.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_ends_started_by_hand_find_each_other()
    {
        string name = $"by-hand-{Environment.ProcessId}";
        using ProgramRun server = ProgramRun.Tool("perftest", "send_lat", "--listen", name, "--provider", "loopback://tool-tests");
        server.WaitForErrors("Waiting for a client");
        using ProgramRun client = ProgramRun.Tool("perftest", "send_lat", "-S", name, "--rounds", "1", "--provider", "loopback://tool-tests");
        Assert.True(client.ExitCode() == 0, client.Errors);
        Assert.Equal(0, server.ExitCode());
    }

    [Fact]
    public void Ends_that_run_different_tests_are_told_so()
    {
        string name = $"differ-{Environment.ProcessId}";
        using ProgramRun server = ProgramRun.Tool("perftest", "read_bw", "--listen", name, "--provider", "loopback://tool-tests");
        server.WaitForErrors("Waiting for a client");
        using ProgramRun client = ProgramRun.Tool("perftest", "send_lat", "-S", name, "--rounds", "1", "--provider", "loopback://tool-tests");
        Assert.Equal(1, client.ExitCode());
        Assert.Contains("started for read_bw, the client asks for send_lat", client.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_peer_that_dies_ends_the_measurement_with_its_name()
    {
        string name = $"dies-{Environment.ProcessId}";
        using ProgramRun server = ProgramRun.Tool("perftest", "send_lat", "--listen", name, "--provider", "loopback://tool-tests");
        server.WaitForErrors("Waiting for a client");
        using ProgramRun client = ProgramRun.Tool("perftest", "send_lat", "-S", name, "--rounds", "400", "--provider", "loopback://tool-tests");
        Thread.Sleep(3000);
        server.Kill();
        Assert.Equal(1, client.ExitCode());
        Assert.Contains($"process {server.ProcessId}", client.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Connecting_to_nobody_fails_and_says_what_to_start()
    {
        using ProgramRun run = ProgramRun.Tool("perftest", "read_lat", "-S", "nobody-is-called-this");
        Assert.Equal(1, run.ExitCode());
        Assert.Contains("--listen", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("loadstore_lat", "-s", "16")]
    [InlineData("atomic_lat", "-a")]
    [InlineData("read_lat", "-n", "4")]
    [InlineData("read_lat", "--cpu", "4000")]
    [InlineData("write_bw", "-T", "4", "-l", "8")]
    public void A_request_that_makes_no_sense_is_refused(params string[] arguments)
    {
        using ProgramRun run = ProgramRun.Tool(["perftest", .. arguments]);
        Assert.Equal(1, run.ExitCode());
        Assert.StartsWith("urma: ", run.Errors, StringComparison.Ordinal);
    }

    private static JsonElement Measure(string[] arguments)
    {
        using ProgramRun run = ProgramRun.Tool(["perftest", .. arguments, "--rounds", "1", "-w", "2000", "--json", "-"]);
        Assert.True(run.ExitCode() == 0, run.Errors);
        using JsonDocument document = JsonDocument.Parse(run.Output);
        return document.RootElement.Clone();
    }

    private static void CheckCommon(JsonElement result, string test)
    {
        Assert.Equal(test, result.GetProperty("test").GetString());
        Assert.Equal("loopback://fabric", result.GetProperty("provider").GetString());
        Assert.True(result.GetProperty("size").GetInt64() > 0);
        Assert.True(result.GetProperty("iterations").GetInt64() > 0);
        Assert.True(result.GetProperty("baseline").GetProperty("c2c_ns").GetDouble() > 0);
        Assert.True(result.GetProperty("ratio").GetDouble() > 0);
        // What is allocated once, spread over the few operations of one short round; an object per operation is 24 bytes or more.
        Assert.InRange(result.GetProperty("alloc_bytes_per_op").GetDouble(), 0, 20);
    }
}
