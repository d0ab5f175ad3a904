using System.CommandLine;
using Urma.Net.Tool.Perftest;
using Urma.Net.Tool.Watch;

namespace Urma.Net.Tool.Commands;

/// <summary><c>urma stats</c>: counters, sampled latencies, queues and peers of every engine, read from outside.</summary>
internal static class StatsCommand
{
    // A busy machine can take its time to schedule an engine's control thread.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        Argument<string?> device = new("device")
        {
            Description = "Connection string of the one device to look at; all devices with an engine when left out",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<bool> json = new("--json") { Description = "Print one JSON object instead of tables" };
        Option<double> interval = new("--interval", "-i") { Description = "Look twice, so many seconds apart, and give rates, too; 0 to look once" };
        interval.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0 and <= 3600))
            {
                result.AddError("--interval lies between 0 and 3600 seconds.");
            }
        });
        var command = new Command("stats", "Show counters, sampled latencies, queues and peers of the engines alive, from outside their processes")
        {
            device, json, interval,
        };
        CommandRunner.SetAction(command, parsed =>
        {
            IReadOnlyList<EngineRow> rows = Look(parsed.GetValue(device), parsed.GetValue(interval)).GetAwaiter().GetResult();
            if (parsed.GetValue(json))
            {
                Console.WriteLine(PerftestJson.Text(StatsJson.Make(rows, DateTimeOffset.UtcNow)));
            }
            else
            {
                StatsText.Print(rows);
            }

            return 0;
        });
        return command;
    }

    private static async Task<IReadOnlyList<EngineRow>> Look(string? device, double seconds)
    {
        var history = new EngineHistory(new SlowPeerOptions());
        IReadOnlyList<EngineRow> rows = history.Add(await FabricScan.Run(device, Patience).ConfigureAwait(false), DateTimeOffset.UtcNow);
        if (seconds > 0)
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds)).ConfigureAwait(false);
            rows = history.Add(await FabricScan.Run(device, Patience).ConfigureAwait(false), DateTimeOffset.UtcNow);
        }

        return rows;
    }
}
