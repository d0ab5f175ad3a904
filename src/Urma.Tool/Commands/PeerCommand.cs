using System.CommandLine;
using Urma.Net.Tool.Peers;

namespace Urma.Net.Tool.Commands;

/// <summary>The hidden verb under which the tool starts itself as the other end.</summary>
internal static class PeerCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Command Create()
    {
        Option<string> provider = CommandRunner.ProviderOption();
        Option<string> name = new("--name") { Required = true };
        Option<int> cpu = new("--cpu") { DefaultValueFactory = _ => -1 };
        Option<string?> fabric = CommandRunner.FabricOption();
        var command = new Command("peer", "The other end of a measurement; started by the tool itself") { provider, name, cpu, fabric };
        command.Hidden = true;
        CommandRunner.SetAction(command, parsed =>
        {
            SelfProcess.ExitWithParent();
            using UrmaContext context = BackgroundThreads.Open(parsed.GetValue(provider)!, CommandRunner.PeerLabel, CommandRunner.ReadFabric(parsed.GetValue(fabric)));
            int processor = parsed.GetValue(cpu);
            MeasuringThread.Run(processor < 0 ? ProcessorPair.Parse(null).Peer : processor, () =>
            {
                using var server = new PeerServer(context, parsed.GetValue(name)!);
                server.Serve(Patience);
            });
            return 0;
        });
        return command;
    }
}
