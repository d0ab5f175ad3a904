using System.CommandLine;
using System.Text.Json.Nodes;
using Urma.Net.Tool.Peers;
using Urma.Net.Tool.Perftest;

namespace Urma.Net.Tool.Commands;

/// <summary><c>urma perftest</c>: the tests of urma_perftest and two more, each beside its yardstick.</summary>
internal static class PerftestCommand
{
    private const int LargestPower = 23;

    public static Command Create()
    {
        var command = new Command("perftest", "Measure latency and bandwidth between two processes, beside what the hardware can do");
        foreach (TestKind kind in TestNames.Kinds)
        {
            command.Subcommands.Add(Create(kind));
        }

        command.Subcommands.Add(BorrowSweepCommand.Create());
        command.Subcommands.Add(SideBySideCommand.Create());
        command.Subcommands.Add(TiersCommand.Create());
        return command;
    }

    private static Command Create(TestKind kind)
    {
        var options = new PerftestOptions(kind);
        var command = new Command(TestNames.Of(kind), TestNames.Description(kind));
        foreach (Option option in options.All)
        {
            command.Options.Add(option);
        }

        CommandRunner.SetAction(command, parsed =>
        {
            PerftestRequest request = options.Read(parsed);
            using UrmaContext context = BackgroundThreads.Open(request.Provider, $"urma perftest {TestNames.Of(kind)}", request.Template.Fabric);
            if (request.Listen is { } name)
            {
                Listen(context, kind, name, request);
            }
            else
            {
                MeasuringThread.Run(request.Cpus.Client, () => Measure(context, request));
            }

            return 0;
        });
        return command;
    }

    private static void Listen(UrmaContext context, TestKind kind, string name, PerftestRequest request)
    {
        Console.Error.WriteLine(
            $"Waiting for a client of {TestNames.Of(kind)} on processor {request.Cpus.Peer}. " +
            $"Start it: urma perftest {TestNames.Of(kind)} -S {name} --provider {request.Provider}" +
            (request.Fabric is null ? string.Empty : $" --fabric {request.Fabric}"));
        MeasuringThread.Run(request.Cpus.Peer, () =>
        {
            using var server = new PeerServer(context, name, kind);
            server.Serve(request.ListenTime);
        });
    }

    private static void Measure(UrmaContext context, PerftestRequest request)
    {
        using PeerClient client = request.Server is { } server
            ? PeerClient.Connect(context, server)
            : PeerClient.Start(context, request.Cpus.Peer, request.Fabric);
        if (!request.Json)
        {
            PerftestTable.Header(Console.Out, request.Setup(request.Sizes[0]), context.Device.ConnectionString, $"{request.Cpus}", request.Plan, request.Sizes.Count > 1);
        }

        var results = new List<PerfResult>();
        foreach (long size in request.Sizes)
        {
            using var trial = new Trial(client, request.Setup(size));
            // The loops are compiled by then; what is left are the paths of this size.
            PerfResult result = trial.Measure(results.Count == 0 ? request.Plan : request.Plan with { WarmUpPasses = 2 });
            results.Add(result);
            if (!request.Json)
            {
                PerftestTable.Row(Console.Out, result);
            }
        }

        if (!request.Json)
        {
            PerftestTable.Footer(Console.Out, results);
            return;
        }

        JsonObject[] objects = [.. results.Select(result => PerftestJson.Object(result, context.Device.ConnectionString, request.Cpus.ToArray()))];
        Console.Out.WriteLine(PerftestJson.Text(objects.Length == 1 ? objects[0] : new JsonObject { ["results"] = new JsonArray([.. objects]) }));
    }

    /// <summary>All powers of two that -a goes through.</summary>
    public static IReadOnlyList<long> AllSizes { get; } = [.. Enumerable.Range(1, LargestPower).Select(power => 1L << power)];
}
