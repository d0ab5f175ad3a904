using System.CommandLine;
using Urma.Net.Tool.Launch;

namespace Urma.Net.Tool.Commands;

/// <summary>The verbs of the tool. To make all of them takes longer than to carry a short one out.</summary>
internal static class CommandTable
{
    /// <summary>Each under the name that it has.</summary>
    public static readonly (string Name, Func<Command> Create)[] All =
    [
        ("info", InfoCommand.Create),
        ("stats", StatsCommand.Create),
        ("top", TopCommand.Create),
        ("doctor", DoctorCommand.Create),
        ("ping", PingCommand.Create),
        ("perftest", PerftestCommand.Create),
        ("demo", DemoCommand.Create),
        ("compare", CompareCommand.Create),
        ("coll", CollCommand.Create),
        ("ranks", RanksCommand.Create),
        ("rank", RanksCommand.CreateRank),
        ("placement", PlacementCommand.Create),
        ("lend", LendCommand.Create),
        ("launch", LaunchCommand.Create),
        (RankPlace.Verb, LaunchCommand.CreateRank),
        ("run", RunCommand.Create),
        ("certify", CertifyCommand.Create),
        ("peer", PeerCommand.Create),
    ];

    /// <summary>The command that the first word names, or all: for help, and for what may be a typing error.</summary>
    public static IEnumerable<Command> For(string[] arguments)
    {
        string? first = arguments.FirstOrDefault();
        Func<Command>? named = Array.Find(All, command => command.Name == first).Create;
        return named is null ? All.Select(static command => command.Create()) : [named()];
    }
}
