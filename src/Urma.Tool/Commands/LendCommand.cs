using System.CommandLine;
using Urma.Net.Tool.Peers;

namespace Urma.Net.Tool.Commands;

/// <summary>The hidden verb of a process that lends memory, and grants a segment under its pool's name with ".segment".</summary>
internal static class LendCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public static Command Create()
    {
        Option<string> provider = CommandRunner.ProviderOption();
        Option<string> pool = new("--pool") { Required = true };
        Option<long[]> offers = new("--offer") { AllowMultipleArgumentsPerToken = true };
        Option<long> segment = new("--segment") { DefaultValueFactory = _ => 0 };
        var command = new Command("lend", "A process that lends memory; started by the tool itself") { provider, pool, offers, segment };
        command.Hidden = true;
        CommandRunner.SetAction(command, parsed =>
        {
            SelfProcess.ExitWithParent();
            using UrmaContext context = UrmaContext.Open(parsed.GetValue(provider)!, new UrmaContextOptions { Label = CommandRunner.PeerLabel });
            string name = parsed.GetValue(pool)!;
            using BorrowPool member = BorrowPool.Join(context, name, Patience);
            foreach (long length in parsed.GetValue(offers) ?? [])
            {
                _ = member.Offer(length);
            }

            using Segment granted = context.AllocateSegment(Math.Max(parsed.GetValue(segment), 1));
            using IDisposable published = context.Publish(
                name + ".segment", [.. granted.Descriptor.ToArray(), .. BitConverter.GetBytes(granted.Token.Value)]);
            Thread.Sleep(Timeout.Infinite);
            return 0;
        });
        return command;
    }
}
