using System.CommandLine;
using Spectre.Console;
using Urma.Net.Tool.Demo;
using Urma.Net.Tool.Peers;

namespace Urma.Net.Tool.Commands;

/// <summary><c>urma demo</c>: the three modes between two processes, for somebody who has just arrived.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        Option<string> provider = CommandRunner.ProviderOption();
        Option<string?> cpu = new("--cpu") { Description = "Processors of the two processes, such as 0,1" };
        Option<int> rounds = new("--rounds") { Description = "Rounds of yardstick and test for each measurement", DefaultValueFactory = _ => 10 };
        var command = new Command("demo", "Two processes reach into each other's memory in three ways; every result beside what the hardware can do")
        {
            provider, cpu, rounds,
        };
        CommandRunner.SetAction(command, parsed =>
        {
            ProcessorPair cpus = ProcessorPair.Parse(parsed.GetValue(cpu));
            using UrmaContext context = BackgroundThreads.Open(parsed.GetValue(provider)!, "urma demo");
            bool right = false;
            MeasuringThread.Run(cpus.Client, () =>
            {
                using PeerClient client = PeerClient.Start(context, cpus.Peer);
                Screen.Console.MarkupLineInterpolated(
                    $"Two processes of one user: [bold]{Environment.ProcessId}[/] on processor {cpus.Client} and [bold]{client.ProcessId}[/] on processor {cpus.Peer}, connected through {context.Device.ConnectionString}.");
                right = new DemoRun(client, Math.Max(1, parsed.GetValue(rounds))).Run();
            });
            return right ? 0 : 1;
        });
        return command;
    }
}
