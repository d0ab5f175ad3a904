using System.CommandLine;
using Urma.Net.Tool.Launch;

namespace Urma.Net.Tool.Commands;

/// <summary><c>urma launch</c>: the ranks of a communicator as processes of this host.</summary>
internal static class LaunchCommand
{
    private const int MaximumRanks = 1024;

    public static Command Create()
    {
        Option<int> count = new("-n", "--ranks") { Description = $"Processes to start, 1 to {MaximumRanks}", Required = true };
        Option<bool> tag = new("--tag-output") { Description = "Put the rank before each line of output" };
        Option<double?> timeout = new("--timeout") { Description = "Seconds after which the ranks are ended, with exit code 124" };
        Argument<string[]> program = ProgramArgument();
        var command = new Command("launch", "Start the ranks of a communicator on this host and end them together") { count, tag, timeout, program };
        command.Validators.Add(result =>
        {
            if (result.GetValue(count) is < 1 or > MaximumRanks)
            {
                result.AddError($"Give a number of ranks from 1 to {MaximumRanks}.");
            }

            if (result.GetValue(timeout) is <= 0 or > int.MaxValue / 1000)
            {
                result.AddError("Give a time of more than 0 seconds and at most 24 days.");
            }
        });
        CommandRunner.SetAction(command, parsed =>
        {
            TimeSpan? limit = parsed.GetValue(timeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
            using var launcher = new RankLauncher(new LaunchRequest(parsed.GetValue(count), parsed.GetValue(tag), limit, parsed.GetValue(program)!));
            return launcher.Run();
        });
        return command;
    }

    /// <summary>The hidden verb of one rank.</summary>
    public static Command CreateRank()
    {
        Option<int> parent = new("--parent") { Required = true };
        Argument<string[]> program = ProgramArgument();
        var command = new Command(RankPlace.Verb, "One process of 'urma launch'; started by the tool itself") { parent, program };
        command.Hidden = true;
        CommandRunner.SetAction(command, parsed => RankPlace.Become(parsed.GetValue(parent), parsed.GetValue(program)!));
        return command;
    }

    private static Argument<string[]> ProgramArgument() =>
        new("program") { Description = "The program and its arguments, behind --", Arity = ArgumentArity.OneOrMore };
}
