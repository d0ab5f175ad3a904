using System.Globalization;
using System.Text.Json;
using Urma.Net.Tool.Coll;
using Xunit;

namespace Urma.Net.Tool.Tests.Coll;

public class CollRunTests
{
    private static string Device => $"loopback://coll-tests-{Environment.ProcessId}";

    [Theory]
    [InlineData("all_reduce", 4)]
    [InlineData("broadcast", 4)]
    [InlineData("reduce", 4)]
    [InlineData("all_gather", 4)]
    [InlineData("reduce_scatter", 4)]
    [InlineData("alltoall", 4)]
    [InlineData("alltoallv", 4)]
    [InlineData("gather", 4)]
    [InlineData("scatter", 4)]
    [InlineData("sendrecv", 4)]
    [InlineData("barrier", 1)]
    public void Three_processes_carry_an_operation_out_and_nothing_is_wrong(string operation, int sizes)
    {
        using ProgramRun run = ProgramRun.Tool(
            "coll", operation, "-g", "3", "-b", "16", "-e", "512K", "-f", "32", "-n", "3", "-w", "1", "-r", "2", "--device", Device);
        Assert.True(run.ExitCode() == 0, run.Output + run.Errors);
        string[] lines = run.Output.Split('\n');
        Assert.Contains("# Out of bounds values : 0 OK", lines);
        Assert.Contains(lines, static line => line.StartsWith("# Avg bus bandwidth    : ", StringComparison.Ordinal));
        string[][] rows = Rows(lines);
        Assert.Equal(sizes, rows.Length);
        Assert.All(rows, row =>
        {
            Assert.Equal(13, row.Length);
            Assert.Equal(operation == "barrier" ? "N/A" : "0", row[8]);
            Assert.InRange(double.Parse(row[5], CultureInfo.InvariantCulture), 0.0001, 1e9);
        });
    }

    [Fact]
    public void Two_threads_reduce_every_type_in_every_way()
    {
        using ProgramRun run = ProgramRun.Tool(
            "coll", "all_reduce", "-g", "2", "--threads", "-b", "1000", "-d", "all", "-o", "all", "-n", "2", "-w", "0", "--device", Device);
        Assert.True(run.ExitCode() == 0, run.Output + run.Errors);
        string[][] rows = Rows(run.Output.Split('\n'));
        Assert.Equal(12 * 6, rows.Length);
        Assert.Equal(12 * 6, rows.Select(static row => row[2] + row[3]).Distinct().Count());
        Assert.All(rows, static row => Assert.Equal(("0", "0"), (row[8], row[12])));
    }

    [Fact]
    public void Every_rank_is_the_root_once_and_unregistered_rotating_buffers_serve()
    {
        using ProgramRun run = ProgramRun.Tool(
            "coll", "gather", "-g", "2", "-b", "64K", "-r", "all", "--unregistered", "--rotate", "--no-pin", "-z", "1", "-n", "2", "--device", Device);
        Assert.True(run.ExitCode() == 0, run.Output + run.Errors);
        Assert.Equal(["0", "1"], Rows(run.Output.Split('\n')).Select(static row => row[4]));
        Assert.Contains("# Blocking Enabled: wait for completion and barrier after each collective", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_heading_is_that_of_nccl_tests()
    {
        using ProgramRun run = ProgramRun.Tool("coll", "all_reduce", "-g", "2", "-b", "8", "-e", "32", "-f", "2", "-n", "5", "-w", "7", "-c", "0", "--device", Device);
        Assert.True(run.ExitCode() == 0, run.Output + run.Errors);
        Assert.Contains("# nThread 1 nGpus 1 minBytes 8 maxBytes 32 step: 2(factor) warmup iters: 7 iters: 5 agg iters: 1 validation: 0 graph: 0 unalign: 0\n", run.Output, StringComparison.Ordinal);
        Assert.Contains(
            "#                                                              out-of-place                       in-place          \n" +
            "#       size         count      type   redop    root     time   algbw   busbw  #wrong     time   algbw   busbw  #wrong \n" +
            "#        (B)    (elements)                               (us)  (GB/s)  (GB/s)             (us)  (GB/s)  (GB/s)         \n",
            run.Output,
            StringComparison.Ordinal);
        Assert.Matches("           8             2     float     sum      -1  [ .0-9]{7}  [ .0-9]{6}  [ .0-9]{6}     N/A  [ .0-9]{7}  [ .0-9]{6}  [ .0-9]{6}     N/A\n", run.Output);
        Assert.Equal(["8", "16", "32"], Rows(run.Output.Split('\n')).Select(static row => row[0]));
    }

    [Fact]
    public void Wrong_elements_are_counted_and_end_the_command_with_an_error()
    {
        using ProgramRun run = ProgramRun.Tool("coll", "all_reduce", "-g", "2", "-b", "1K", "-n", "2", "--damage", "3", "--device", Device);
        Assert.Equal(1, run.ExitCode());
        Assert.Contains("# Out of bounds values : 6 FAILED", run.Output, StringComparison.Ordinal);
        string[] row = Assert.Single(Rows(run.Output.Split('\n')));
        Assert.Equal(("3", "3"), (row[8], row[12]));
    }

    [Fact]
    public void Json_has_what_the_table_has()
    {
        using ProgramRun run = ProgramRun.Tool("coll", "reduce_scatter", "-g", "2", "-b", "1K", "-e", "2K", "-i", "512", "-n", "2", "-J", "-", "--device", Device);
        Assert.True(run.ExitCode() == 0, run.Output + run.Errors);
        using JsonDocument document = JsonDocument.Parse(run.Output);
        JsonElement root = document.RootElement;
        Assert.Equal(2, root.GetProperty("config").GetProperty("devices").GetArrayLength());
        Assert.Equal("true", root.GetProperty("out_of_bounds").GetProperty("okay").GetString());
        JsonElement results = root.GetProperty("results");
        Assert.Equal([1024, 1536, 2048], results.EnumerateArray().Select(static line => line.GetProperty("size").GetInt32()));
        Assert.All(results.EnumerateArray(), static line =>
        {
            Assert.Equal(0, line.GetProperty("out_of_place").GetProperty("nwrong").GetInt32());
            Assert.Equal(0, line.GetProperty("out_of_place").GetProperty("alloc_bytes_per_op").GetDouble());
            Assert.True(line.GetProperty("in_place").GetProperty("time").GetDouble() > 0);
        });
    }

    [Fact]
    public void A_file_takes_the_json_beside_the_table()
    {
        string path = Path.GetTempFileName();
        try
        {
            using ProgramRun run = ProgramRun.Tool("coll", "broadcast", "-g", "2", "-b", "64", "-n", "2", "-J", path, "--device", Device);
            Assert.True(run.ExitCode() == 0, run.Output + run.Errors);
            Assert.Single(Rows(run.Output.Split('\n')));
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
            Assert.Equal(1, document.RootElement.GetProperty("results").GetArrayLength());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_launcher_s_environment_makes_it_one_rank()
    {
        string job = $"coll-tests-{Guid.NewGuid():N}";
        ProgramRun Start(int rank) => ProgramRun.ToolWith(
            [("URMA_RANK", $"{rank}"), ("URMA_SIZE", "2"), ("URMA_LOCAL_RANK", $"{rank}"), ("URMA_JOB", job)],
            "coll", "all_gather", "-b", "64", "-n", "2", "--device", Device);
        using ProgramRun first = Start(0), second = Start(1);
        Assert.True(first.ExitCode() == 0, first.Output + first.Errors);
        Assert.True(second.ExitCode() == 0, second.Output + second.Errors);
        Assert.Single(Rows(first.Output.Split('\n')));
        Assert.Equal(string.Empty, second.Output.Trim());
    }

    [Theory]
    [InlineData("-b 1M -e 1K", "-b 1048576 is more than -e 1024")]
    [InlineData("-b 1K -e 1M -i 0", "never comes to -e")]
    [InlineData("-b 12Q", "give bytes")]
    [InlineData("-d float128", "give one of")]
    [InlineData("-o median", "give one of")]
    [InlineData("-g 2 -r 2", "give a rank from 0 to 1")]
    [InlineData("-g 0", "give 1 to")]
    [InlineData("-f 0", "give at least 1")]
    [InlineData("--compare mpi -d half", "MPI has no half")]
    [InlineData("--compare mpi -o avg", "MPI has neither avg")]
    [InlineData("--compare mpi -z 1", "leave out -z 1")]
    public void What_contradicts_itself_is_refused(string options, string complaint)
    {
        using ProgramRun run = ProgramRun.Tool(["coll", "all_reduce", .. options.Split(' '), "--device", Device]);
        Assert.Equal(1, run.ExitCode());
        Assert.Contains(complaint, run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-g 3", "contradicts urma launch")]
    [InlineData("--threads", "leave one of them out")]
    [InlineData("--compare mpi", "run it without a launcher")]
    public void What_contradicts_the_launcher_is_refused(string options, string complaint)
    {
        using ProgramRun run = ProgramRun.ToolWith(
            [("URMA_RANK", "0"), ("URMA_SIZE", "2"), ("URMA_JOB", "coll-tests")], ["coll", "all_reduce", .. options.Split(' '), "--device", Device]);
        Assert.Equal(1, run.ExitCode());
        Assert.Contains(complaint, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_mpi_takes_turns_or_is_said_to_be_missing()
    {
        using ProgramRun run = ProgramRun.Tool("coll", "all_reduce", "-g", "2", "-b", "64", "--compare", "mpi", "--rounds", "2", "--device", Device);
        Assert.True(run.ExitCode() == 0, run.Output + run.Errors);
        string[] row = Assert.Single(Rows(run.Output.Split('\n')));
        bool isMissing = run.Output.Contains("apt-get install openmpi-bin libopenmpi-dev", StringComparison.Ordinal);
        Assert.True(isMissing || run.Output.Contains("# Beside Open MPI", StringComparison.Ordinal), run.Output);
        Assert.Equal(isMissing, row[9] == "N/A");
        Assert.True(isMissing || double.Parse(row[9], CultureInfo.InvariantCulture) > 0, run.Output);
    }

    [Fact]
    public void Without_open_mpi_ours_is_measured_alone()
    {
        using ProgramRun run = ProgramRun.ToolWith(
            "PATH", "/nonexistent", "coll", "barrier", "-g", "2", "--compare", "mpi", "--rounds", "2", "--device", Device);
        Assert.True(run.ExitCode() == 0, run.Output + run.Errors);
        Assert.Contains("apt-get install openmpi-bin libopenmpi-dev", run.Output, StringComparison.Ordinal);
        Assert.Equal("N/A", Assert.Single(Rows(run.Output.Split('\n')))[7]);
    }

    [Theory]
    [InlineData("result 123.45 0", 123.45, 0L)]
    [InlineData("result 0.5 -1", 0.5, -1L)]
    public void Answers_of_the_mpi_program_are_read(string line, double nanoseconds, long wrong) =>
        Assert.Equal(new MpiResult(nanoseconds, wrong), MpiProcess.Parse(line));

    [Theory]
    [InlineData("")]
    [InlineData("result")]
    [InlineData("result x 0")]
    [InlineData("ready Open MPI v4.1.4")]
    public void What_is_no_answer_is_not_taken_for_one(string line) => Assert.Null(MpiProcess.Parse(line));

    [Theory]
    [InlineData(0.0782, "0.0782")]
    [InlineData(12.3456, "12.346")]
    [InlineData(339.614, "339.61")]
    [InlineData(1537.62, "1537.62")]
    [InlineData(37123.4, "37123.4")]
    [InlineData(123456.7, "123456.7")]
    [InlineData(1234567.8, "1234568")]
    public void Times_have_all_the_digits_there_is_room_for(double microseconds, string text) =>
        Assert.Equal(text, CollTable.Microseconds(microseconds));

    [Theory]
    [InlineData("all_reduce", 4, 1024, 256, 1.5)]
    [InlineData("all_gather", 4, 1024, 64, 0.75)]
    [InlineData("reduce_scatter", 4, 1024, 64, 0.75)]
    [InlineData("alltoall", 3, 1020, 85, 2.0 / 3)]
    [InlineData("broadcast", 4, 1024, 256, 1)]
    [InlineData("sendrecv", 4, 1024, 256, 1)]
    public void Sizes_and_factors_are_those_of_nccl_tests(string operation, int ranks, long shown, long count, double factor)
    {
        CollShape shape = CollShape.Of(CollNames.Operations.First(known => CollNames.Of(known) == operation), ranks, 0, 1024, Collectives.DataType.Float32);
        Assert.Equal((shown, count), (shape.ShownBytes, shape.Count));
        Assert.Equal(factor, shape.BusFactor, 9);
    }

    private static string[][] Rows(string[] lines) =>
        [.. lines.Where(static line => line.StartsWith(' ')).Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
}
