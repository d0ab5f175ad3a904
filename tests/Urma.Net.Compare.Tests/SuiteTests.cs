using System.Diagnostics;
using System.Text.Json.Nodes;
using Urma.Net.Compare.Running;
using Xunit.Abstractions;

namespace Urma.Net.Compare.Tests;

/// <summary>The whole program.</summary>
public class SuiteTests(ITestOutputHelper log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private static string Suite => Repository.Program("benchmarks/Urma.Net.Compare", "Urma.Net.Compare");

    private static string Tool => Repository.Program("src/Urma.Tool", "urma");

    [Fact]
    public void A_quick_run_of_one_workload_writes_results_as_the_page_wants_them()
    {
        string folder = Directory.CreateTempSubdirectory("urma-compare-").FullName;
        try
        {
            (int exitCode, string output) = Run(
                "--quick", "--workload", "atomic_lat", "--output", folder, "--tool", Tool, "--native", Path.Combine(Repository.Root, "artifacts", "native"));
            log.WriteLine(output);
            var results = (JsonObject)JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "results.json")))!;
            var schema = (JsonObject)JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "benchmarks", "page", "results.schema.json")))!;
            Assert.Empty(SchemaCheck.Complaints(schema, results));
            Assert.Equal(results["failures"]!.AsArray().Count == 0 ? 0 : 1, exitCode);

            JsonNode workload = Assert.Single(results["workloads"]!.AsArray())!;
            Assert.Equal("atomic_lat", (string)workload["id"]!);
            Assert.Equal(8, (double)Assert.Single(Assert.Single(workload["inBrief"]!.AsArray())!.AsArray())!);
            JsonNode ours = workload["series"]!.AsArray().First(static series => (bool)series!["isBaseline"]!)!;
            JsonNode point = Assert.Single(ours["points"]!.AsArray())!;
            Assert.True((double)point["median"]! > 0);
            Assert.True((int)point["rounds"]! >= 1);

            // What is printed beside a number can be typed.
            string again = ShellRun.Output((string)ours["command"]!, Patience, CancellationToken.None);
            Assert.Contains("\"lat_ns\"", again, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_workload_that_does_not_exist_is_named_beside_those_that_do()
    {
        (int exitCode, string output) = Run("--workload", "nothing");
        Assert.Equal(1, exitCode);
        Assert.Contains("no workload 'nothing'", output, StringComparison.Ordinal);
        Assert.Contains("send_lat", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pipes", "anonymous", "lat", "0,1", "8:50", "65536:10")]
    [InlineData("pipes", "named", "bw", "0,1", "8:50", "65536:10")]
    [InlineData("random-puts", "store", "0,1", "1048576:1000")]
    [InlineData("random-puts", "xcopy", "0,1", "1048576:1000")]
    [InlineData("random-puts", "batch", "0,1", "1048576:1000")]
    [InlineData("random-puts", "post", "0,1", "1048576:1000")]
    [InlineData("senders", "1", "3", "--cpu", "0,1", "-n", "2000")]
    [InlineData("footprint", "contexts", "2")]
    [InlineData("footprint", "segments", "2")]
    [InlineData("footprint", "connections", "2")]
    [InlineData("footprint", "unix", "2")]
    public void The_suites_own_measurements_work(params string[] arguments)
    {
        (int exitCode, string output) = Run(Environment.ProcessorCount > 1 ? arguments : [.. arguments.Select(static argument => argument == "0,1" ? "0,0" : argument)]);
        Assert.True(exitCode == 0, output);
        Assert.NotEmpty(Parsing.EndsOutput.Nanoseconds(output, "s"));
        Assert.All(Parsing.EndsOutput.Nanoseconds(output, "s"), static reading => Assert.True(reading.Value > 0));
    }

    private static (int ExitCode, string Output) Run(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(Suite, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.Root,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"It did not end within {Patience}.");
        }

        return (process.ExitCode, output.Result + errors.Result);
    }
}
