using System.CommandLine;
using Spectre.Console;
using Urma.Net.Tool.Commands;
using Urma.Net.Ub;
using Urma.Net.Verbs;

UbProvider.Register();
VerbsProvider.Register();
if (Console.IsOutputRedirected)
{
    // A file or a pipe wants neither colours nor lines broken at 80 characters.
    AnsiConsole.Profile.Capabilities.Ansi = false;
    AnsiConsole.Profile.Width = 140;
}

var root = new RootCommand("Remote memory between processes: look at it, check the machine for it, measure it.")
{
    InfoCommand.Create(),
    StatsCommand.Create(),
    TopCommand.Create(),
    DoctorCommand.Create(),
    PingCommand.Create(),
    PerftestCommand.Create(),
    DemoCommand.Create(),
    CompareCommand.Create(),
    CollCommand.Create(),
    RanksCommand.Create(),
    RanksCommand.CreateRank(),
    PlacementCommand.Create(),
    LendCommand.Create(),
    LaunchCommand.Create(),
    LaunchCommand.CreateRank(),
    RunCommand.Create(),
    CertifyCommand.Create(),
    PeerCommand.Create(),
};
return root.Parse(args).Invoke();
