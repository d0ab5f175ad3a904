using System.CommandLine;
using Urma.Net.Compare.Measuring;
using Urma.Net.Compare.Model;
using Urma.Net.Compare.Peers;
using Urma.Net.Compare.Running;
using Urma.Net.Compare.Workloads;
using Urma.Net.Tool;
using Urma.Net.Tool.Peers;

namespace Urma.Net.Compare;

/// <summary>The command line of the suite.</summary>
internal static class SuiteCommand
{
    public static RootCommand Create()
    {
        Option<bool> quick = new("--quick") { Description = "Fewer sizes and rounds: done within 5 minutes instead of 30" };
        Option<string[]> workloads = new("--workload") { Description = "Only this one; several by repeating" };
        Option<string> output = new("--output") { Description = "Folder for results.json", DefaultValueFactory = static _ => Path.Combine("artifacts", "compare") };
        Option<string> tool = new("--tool") { Description = "The command that is urma", DefaultValueFactory = static _ => Path.Combine("artifacts", "urma", "urma") };
        Option<string> aheadOfTime = new("--tool-aot") { Description = "The same command compiled ahead of time; not measured where it is not there", DefaultValueFactory = static _ => Path.Combine("artifacts", "urma-aot", "urma") };
        Option<string> native = new("--native") { Description = "The folder of C programs", DefaultValueFactory = static _ => Path.Combine("artifacts", "native") };
        Option<string?> cpu = new("--cpu") { Description = "Processors of the two ends, such as 0,1" };
        Option<int?> rounds = new("--rounds") { Description = "At most so many rounds of each workload (default: 3 with --quick, else 9)" };
        Option<bool> list = new("--list") { Description = "Only say which workloads there are" };
        Option<bool> install = new("--install") { Description = "Only install the peers that are missing, which root can do" };
        var command = new RootCommand("Urma.Net beside what can be used instead of it: results.json, from which the page is made") { quick, workloads, output, tool, aheadOfTime, native, cpu, rounds, list, install };
        command.SetAction((parsed, cancellation) => Task.FromResult(parsed.GetValue(install) ? Install(cancellation) : Run(
            new SuiteOptions
            {
                Quick = parsed.GetValue(quick),
                Workloads = parsed.GetValue(workloads) ?? [],
                Output = parsed.GetValue(output)!,
                Tool = parsed.GetValue(tool)!,
                ToolAheadOfTime = parsed.GetValue(aheadOfTime)!,
                Native = parsed.GetValue(native)!,
                Cpu = parsed.GetValue(cpu),
                Rounds = parsed.GetValue(rounds),
            },
            parsed.GetValue(list),
            cancellation)));
        command.Subcommands.Add(PipesCommand.Create());
        command.Subcommands.Add(PipesCommand.CreateEnd());
        command.Subcommands.Add(RandomPutsCommand.Create());
        command.Subcommands.Add(RandomPutsCommand.CreateLender());
        command.Subcommands.Add(SendersCommand.Create());
        command.Subcommands.Add(SendersCommand.CreateSender());
        command.Subcommands.Add(FootprintCommand.Create());
        return command;
    }

    private static int Install(CancellationToken cancellation)
    {
        PeerInstaller.Install(Console.Out.WriteLine, cancellation);
        return 0;
    }

    private static int Run(SuiteOptions options, bool list, CancellationToken cancellation)
    {
        try
        {
            var suite = new Suite(options.Quick);
            suite = options.Rounds is { } rounds ? suite with { Rounds = Math.Max(1, rounds) } : suite;
            var bench = new Bench(suite, options.Tool, options.Native, Here(Environment.ProcessPath ?? "Urma.Net.Compare"), ProcessorPair.Parse(options.Cpu))
            {
                ToolAheadOfTime = File.Exists(options.ToolAheadOfTime) ? options.ToolAheadOfTime : null,
            };
            IReadOnlyList<Workload> workloads = Chosen(WorkloadList.Create(bench), options.Workloads);
            if (list)
            {
                workloads.ToList().ForEach(static workload => Console.Out.WriteLine($"{workload.Id,-20} {workload.Title}"));
                return 0;
            }

            IReadOnlyList<Peer> peers = PeerFinder.Find(options.Native);
            foreach (Peer peer in peers)
            {
                Console.Out.WriteLine($"{peer.Name}: {(peer.State == PeerPresence.Found ? peer.Version : $"{peer.Why} ({peer.Install})")}");
            }

            var run = new SuiteRun(bench, peers, options.Output);
            Console.Out.WriteLine($"Results: {run.Run(workloads, cancellation)}");
            return run.IsComplete ? 0 : 1;
        }
        catch (ToolException error)
        {
            Console.Error.WriteLine($"compare: {error.Message}");
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    }

    // As one would type it.
    private static string Here(string path) => Path.GetRelativePath(Environment.CurrentDirectory, path) is var relative && !relative.StartsWith("..", StringComparison.Ordinal) ? relative : path;

    private static IReadOnlyList<Workload> Chosen(IReadOnlyList<Workload> all, IReadOnlyList<string> ids)
    {
        foreach (string id in ids.Where(id => all.All(workload => workload.Id != id)))
        {
            throw new ToolException($"There is no workload '{id}'. There are: {string.Join(", ", all.Select(static workload => workload.Id))}.");
        }

        return ids.Count == 0 ? all : [.. all.Where(workload => ids.Contains(workload.Id))];
    }
}
