using System.Diagnostics;
using System.Globalization;
using Urma.Net.Compare.Model;
using Urma.Net.Compare.Peers;
using Urma.Net.Compare.Running;

namespace Urma.Net.Compare.Tests;

/// <summary>The runner with real commands, of which some do not do what they should.</summary>
public class WorkloadRunTests
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(60), Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public void What_fails_is_named_and_does_not_keep_others_from_being_measured()
    {
        WorkloadResult result = Run(Limit, Turn("good", "echo 1 42"), Turn("bad", "echo this is why >&2; exit 3"), Turn("missing", "/nowhere/program"));
        Assert.Equal(3, result.Readings.Rounds("good", 1));
        Assert.Equal(42, result.Readings.Values("good", 1).Median);
        Assert.Empty(result.Readings.Places("bad"));
        Failure bad = Assert.Single(result.Failures, static failure => failure.Series == "bad");
        Assert.Contains("exit code 3", bad.Message, StringComparison.Ordinal);
        Assert.Contains("this is why", bad.Message, StringComparison.Ordinal);
        Assert.Equal("echo this is why >&2; exit 3", bad.Command);
        Assert.Single(result.Failures, static failure => failure.Series == "missing");
    }

    [Fact]
    public void What_hangs_is_ended_with_everything_it_has_started()
    {
        string file = Path.GetTempFileName();
        WorkloadResult result = Run(TimeSpan.FromMilliseconds(500), Turn("hangs", $"sleep 1000 & echo $! > {file}; wait"), Turn("good", "echo 1 42"));
        Assert.Contains("did not end in time", Assert.Single(result.Failures).Message, StringComparison.Ordinal);
        Assert.Equal(3, result.Readings.Rounds("good", 1));
        int process = int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);
        File.Delete(file);
        Assert.True(IsGone(process), $"process {process} still runs");
    }

    [Fact]
    public void A_sweep_that_is_cut_short_keeps_what_it_had_finished()
    {
        WorkloadResult result = Run(TimeSpan.FromSeconds(2), Turn("sweep", "echo 1 10; echo 2 20; sleep 1000; echo 3 30"));
        Assert.Equal([1, 2], result.Readings.Places("sweep"));
        Assert.Equal("sweep", Assert.Single(result.Failures).Series);
    }

    [Theory]
    [InlineData("echo there is no number here")]
    [InlineData("true")]
    [InlineData("echo 1 NaN")]
    [InlineData("echo 1 -5")]
    [InlineData("head -c 100000 /dev/urandom")]
    public void Garbage_is_a_failure(string command)
    {
        WorkloadResult result = Run(Limit, Turn("garbage", command), Turn("good", "echo 1 42"));
        Assert.Equal("garbage", Assert.Single(result.Failures).Series);
        Assert.Equal(3, result.Readings.Rounds("good", 1));
        Assert.Empty(result.Readings.Places("garbage"));
    }

    [Fact]
    public void Turns_go_there_and_back()
    {
        string file = Path.GetTempFileName();
        Run(Limit, Turn("a", $"echo a >> {file}; echo 1 1"), Turn("b", $"echo b >> {file}; echo 1 1"));
        Assert.Equal(["a", "b", "b", "a", "a", "b"], File.ReadAllLines(file));
        File.Delete(file);
    }

    [Fact]
    public void Ratios_are_formed_inside_rounds()
    {
        // Both become ten times slower from round to round, as on a machine that becomes busy.
        string file = Path.GetTempFileName();
        File.WriteAllText(file, "1");
        WorkloadResult result = Run(
            Limit,
            Turn("fast", $"echo 1 $(cat {file})"),
            Turn("slow", $"n=$(cat {file}); echo 1 $((n * 2))"),
            new Turn($"n=$(cat {file}); echo $((n * 10)) > {file}; echo 1 1", Series("clock"), Parse));
        File.Delete(file);
        Tool.Perftest.Spread? ratio = result.Readings.Ratio("slow", "fast", 1);
        Assert.NotNull(ratio);

        // In the second round the clock comes first, then slow and fast with the same number.
        Assert.Equal((2, 2, 2), (ratio.Value.Median, ratio.Value.P10, ratio.Value.P90));
    }

    [Fact]
    public void Rounds_end_with_the_budget()
    {
        WorkloadResult result = Run(Limit, TimeSpan.FromMilliseconds(1), Turn("good", "sleep 0.1; echo 1 42"));
        Assert.Equal(1, result.Readings.Rounds("good", 1));
    }

    [Fact]
    public void A_workload_whose_commands_have_run_is_read_from_what_they_printed()
    {
        string file = Path.GetTempFileName();
        string command = $"echo x >> {file}; echo 1 $(wc -l < {file})";
        var outputs = new OutputStore();
        foreach (string series in new[] { "first", "second" })
        {
            WorkloadResult result = new WorkloadRun(Workload(Turn(series, command)), [PeerIds.Urma], Budget, Limit, outputs, static _ => { }, CancellationToken.None).Run();
            Assert.Equal(3, result.Readings.Rounds(series, 1));
            Assert.Equal(2, result.Readings.Values(series, 1).Median);
        }

        Assert.Equal(3, File.ReadAllLines(file).Length);
        File.Delete(file);
    }

    [Fact]
    public void Peers_that_are_not_there_have_no_turn()
    {
        var workload = Workload(new Turn("exit 1", new Series("ucx.x", PeerIds.Ucx, "x"), Parse), Turn("good", "echo 1 42"));
        WorkloadResult result = new WorkloadRun(workload, [PeerIds.Urma], Budget, Limit, new OutputStore(), static _ => { }, CancellationToken.None).Run();
        Assert.Empty(result.Failures);
        Assert.Equal(3, result.Readings.Rounds("good", 1));
    }

    private static WorkloadResult Run(TimeSpan limit, params Turn[] turns) => Run(limit, Budget, turns);

    private static WorkloadResult Run(TimeSpan limit, TimeSpan budget, params Turn[] turns) =>
        new WorkloadRun(Workload(turns), [PeerIds.Urma], budget, limit, new OutputStore(), static _ => { }, CancellationToken.None).Run();

    private static Workload Workload(params Turn[] turns) => new("test", "latency")
    {
        Title = "Test", About = "Test.", Convention = "none", Unit = "ns", LowerIsBetter = true, Rounds = 3, Turns = turns,
    };

    private static Series Series(string id) => new(id, PeerIds.Urma, id);

    // "x value"
    private static Turn Turn(string series, string command) => new(command, Series(series), output => Parse(output).Select(reading => reading with { Series = series }));

    private static IEnumerable<Reading> Parse(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(static line => line.Split(' '))
        .Select(static words => new Reading("clock", double.Parse(words[0], CultureInfo.InvariantCulture), double.Parse(words[1], CultureInfo.InvariantCulture)));

    private static bool IsGone(int process)
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < TimeSpan.FromSeconds(20))
        {
            string status = $"/proc/{process}/status";
            if (!File.Exists(status) || File.ReadAllText(status).Contains("State:\tZ", StringComparison.Ordinal))
            {
                return true;
            }

            Thread.Sleep(20);
        }

        return false;
    }
}
