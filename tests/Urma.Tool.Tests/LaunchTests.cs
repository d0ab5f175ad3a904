using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Urma.Net.Tool.Tests;

public sealed class LaunchTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(30);

    private static string Peer => ProgramRun.PathOf("tests/Urma.Net.Collectives.Peer", "Urma.Net.Collectives.Peer");

    // A time to sleep that no other process of this machine sleeps.
    private readonly string _sleep = string.Create(CultureInfo.InvariantCulture, $"600.{Random.Shared.Next(1_000_000_000):000000000}");

    [Fact]
    public void Ranks_find_each_other_and_their_lines_begin_with_their_number()
    {
        using ProgramRun run = Launch("-n", "3", "--tag-output", "--", "dotnet", Peer, "meet");
        Assert.True(run.ExitCode() == 0, run.Errors);
        string[] lines = [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
        Assert.Equal(["[0] rank 0 of 3, local 0, by urma launch", "[0] with 0,1,2", "[1] rank 1 of 3, local 1, by urma launch", "[1] with 0,1,2", "[2] rank 2 of 3, local 2, by urma launch", "[2] with 0,1,2"], lines);
        Assert.Empty(run.Errors.Trim());
    }

    [Fact]
    public void Without_tags_output_is_passed_on_as_it_is_and_both_streams_stay_apart()
    {
        using ProgramRun run = Launch("-n", "1", "--", "sh", "-c", "printf out; printf err >&2; cat");
        Assert.Equal(0, run.ExitCode());
        Assert.Equal("out", run.Output.Trim());
        Assert.Equal("err", run.Errors.Trim());
    }

    [Fact]
    public void What_joins_ranks_together_is_in_no_command_line()
    {
        using ProgramRun run = Launch("-n", "1", "--", "sh", "-c", "echo $URMA_JOB; tr '\\0' ' ' </proc/$$/cmdline; tr '\\0' ' ' </proc/$PPID/cmdline");
        Assert.Equal(0, run.ExitCode());
        string[] lines = run.Output.Split('\n', 2);
        Assert.StartsWith("launch-", lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain(lines[0].Trim(), lines[1], StringComparison.Ordinal);
        using ProgramRun again = Launch("-n", "1", "--", "sh", "-c", "echo $URMA_JOB");
        Assert.Equal(0, again.ExitCode());
        Assert.NotEqual(lines[0].Trim(), again.Output.Trim());
    }

    [Fact]
    public void The_first_failure_ends_the_others_and_is_named()
    {
        using ProgramRun run = Launch("-n", "3", "--", "sh", "-c", $"[ $URMA_RANK = 1 ] && exit 7; sleep {_sleep}; true");
        Assert.Equal(7, run.ExitCode());
        Assert.Matches(@"urma launch: rank 1 \(process \d+\) ended with exit code 7; ending ranks 0, 2\.", run.Errors);
        ExpectNoSleeper();
    }

    [Fact]
    public void A_rank_that_was_killed_is_named_with_its_signal()
    {
        using ProgramRun run = Launch("-n", "2", "--", "sh", "-c", $"[ $URMA_RANK = 0 ] && kill -9 $$; sleep {_sleep}; true");
        Assert.Equal(137, run.ExitCode());
        Assert.Matches(@"rank 0 \(process \d+\) was ended by SIGKILL; ending rank 1\.", run.Errors);
        ExpectNoSleeper();
    }

    [Fact]
    public void One_that_does_not_listen_is_killed()
    {
        using ProgramRun run = Launch("-n", "2", "--", "sh", "-c", $"trap '' TERM; [ $URMA_RANK = 0 ] && {{ sleep 1; exit 3; }}; sleep {_sleep}; sleep {_sleep}; true");
        Assert.Equal(3, run.ExitCode());
        ExpectNoSleeper();
    }

    [Fact]
    public void The_time_limit_ends_all()
    {
        using ProgramRun run = Launch("-n", "2", "--timeout", "0.5", "--", "sh", "-c", $"sleep {_sleep}; true");
        Assert.Equal(124, run.ExitCode());
        Assert.Contains("ranks 0, 1 did not end within 0.5 s", run.Errors, StringComparison.Ordinal);
        ExpectNoSleeper();
    }

    [Fact]
    public void A_program_that_is_not_there_is_named()
    {
        using ProgramRun run = Launch("-n", "1", "--", "/no/such/program");
        Assert.Equal(127, run.ExitCode());
        Assert.Contains("'/no/such/program' could not be run", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("USR1")]
    [InlineData("INT")]
    [InlineData("TERM")]
    public void Signals_are_passed_on(string signal)
    {
        using ProgramRun run = Launch("-n", "2", "--tag-output", "--", "sh", "-c", $"trap 'echo heard; exit 0' {signal}; echo ready >&2; while :; do sleep 0.05; done");
        run.WaitForErrors("[0] ready");
        run.WaitForErrors("[1] ready");
        Signal(run, signal);
        Assert.True(run.ExitCode() == 0, run.Errors);
        Assert.Contains("[0] heard", run.Output, StringComparison.Ordinal);
        Assert.Contains("[1] heard", run.Output, StringComparison.Ordinal);
    }

    // The ranks are shells, so what they have started must end as well.
    [Fact]
    public void Nothing_stays_when_the_launcher_is_killed()
    {
        using ProgramRun run = Launch("-n", "3", "--", "sh", "-c", $"sleep {_sleep}; true");
        Assert.True(SpinWait.SpinUntil(() => Sleepers() == 3, _soon), "The ranks do not begin.");
        run.Kill();
        ExpectNoSleeper();
    }

    [Theory]
    [InlineData("-n", "0", "--", "true")]
    [InlineData("-n", "2", "--timeout", "-1", "--", "true")]
    [InlineData("-n", "2")]
    [InlineData("--", "true")]
    public void Nonsense_is_refused(params string[] arguments)
    {
        using ProgramRun run = Launch(arguments);
        Assert.NotEqual(0, run.ExitCode());
        Assert.NotEmpty(run.Errors.Trim());
    }

    private static ProgramRun Launch(params string[] arguments) => ProgramRun.Tool(["launch", .. arguments]);

    private static void Signal(ProgramRun run, string signal)
    {
        using Process kill = Process.Start("kill", ["-s", signal, run.ProcessId.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    private void ExpectNoSleeper() => Assert.True(SpinWait.SpinUntil(() => Sleepers() == 0, _soon), "Something that a rank has started runs on.");

    private int Sleepers()
    {
        Thread.Sleep(10);
        return Directory.GetDirectories("/proc").Count(directory =>
        {
            try
            {
                return File.ReadAllText(Path.Combine(directory, "cmdline")) == $"sleep\0{_sleep}\0";
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        });
    }
}
