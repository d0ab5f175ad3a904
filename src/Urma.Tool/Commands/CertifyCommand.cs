using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Spectre.Console;
using Urma.Net.Tool.Certify;
using Urma.Net.Tool.Doctor;

namespace Urma.Net.Tool.Commands;

/// <summary><c>urma certify</c>: real programs on the providers of this machine, and a table of how they did.</summary>
internal static class CertifyCommand
{
    private const int Interrupted = 130;

    private static readonly Option<string[]> Providers = new("--provider", "-d")
    {
        Description = $"What to run on: {string.Join(", ", CertificationProvider.Names)} (rxe is any RDMA device of the kernel); several by repeating",
        DefaultValueFactory = _ => [CertificationProvider.Shim, CertificationProvider.Rxe],
    };

    private static readonly Option<string[]> Lists = new("--list") { Description = "A list of yours, beside the one that ships", HelpName = "FILE" };
    private static readonly Option<bool> OnlyLists = new("--no-default-list") { Description = "Leave out the list that ships" };
    private static readonly Option<string?> Filter = new("--filter") { Description = "Only rows whose name this regular expression finds" };
    private static readonly Option<string[]> Out = new("--out") { Description = "Write to a file: .md, .json or .tsv; several by repeating", HelpName = "FILE" };
    private static readonly Option<string[]> Merge = new("--merge") { Description = "Add the results in a .json of another run, such as of another machine, as columns", HelpName = "FILE" };
    private static readonly Option<string?> Json = new("--json") { Description = "Print JSON instead of the table; '-' for standard output" };
    private static readonly Option<string?> Device = new("--device") { Description = "The kernel's device for rxe; its first when left out" };
    private static readonly Option<string> Logs = new("--logs")
    {
        Description = "The folder for what the programs say",
        DefaultValueFactory = _ => Path.Combine("artifacts", "certification"),
    };

    private static readonly Option<string?> PeerAddress = new("--peer") { Description = "Another machine's address: only rows for two machines are run, their servers there" };
    private static readonly Option<string?> OnPeer = new("--on-peer") { Description = "The program that runs its arguments on the other machine, such as 'ssh host'" };
    private static readonly Option<bool> Names = new("--names") { Description = "Run nothing: print the rows' names" };

    public static Command Create()
    {
        Json.AcceptOnlyFromAmong("-");
        var command = new Command("certify", "Run real programs on each provider and write a table: passed, failed, or not run and why")
        {
            Providers, Lists, OnlyLists, Filter, Out, Merge, Json, Device, Logs, PeerAddress, OnPeer, Names,
        };
        command.Validators.Add(static result =>
        {
            foreach (string path in (result.GetValue(Out) ?? []).Where(static path => !CertificationOutput.Knows(path)))
            {
                result.AddError($"--out {path}: the name must end in .md, .json or .tsv.");
            }

            if (result.GetValue(PeerAddress) is null != result.GetValue(OnPeer) is null)
            {
                result.AddError("--peer and --on-peer go together.");
            }
        });
        CommandRunner.SetAction(command, Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        IEnumerable<string> paths = parsed.GetValue(OnlyLists) ? [] : [CertificationList.DefaultPath];
        IReadOnlyList<CertificationRow> rows = Select(CertificationList.Read([.. paths, .. parsed.GetValue(Lists) ?? []]), parsed);
        string[] providers = [.. parsed.GetValue(Providers)!.Distinct()];
        List<CertificationRun> runs = [.. (parsed.GetValue(Merge) ?? []).SelectMany(ReadRuns)];
        CertificationPeer? peer = parsed.GetValue(PeerAddress) is { } address
            ? new CertificationPeer(address, parsed.GetValue(OnPeer)!.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            : null;
        using var stop = new CancellationTokenSource();
        Action<PosixSignalContext> interrupt = context =>
        {
            // The programs are in sessions of their own and see no Ctrl-C.
            context.Cancel = true;
            stop.Cancel();
        };
        using PosixSignalRegistration keys = PosixSignalRegistration.Create(PosixSignal.SIGINT, interrupt);
        using PosixSignalRegistration end = PosixSignalRegistration.Create(PosixSignal.SIGTERM, interrupt);
        try
        {
            foreach (string name in providers)
            {
                CertificationProvider provider = CertificationProvider.Find(name, parsed.GetValue(Device));
                CertificationRow[] own = [.. rows.Where(row => CertificationProvider.Runs(row, name))];
                if (parsed.GetValue(Names))
                {
                    Console.Out.Write(string.Concat(own.Select(row => $"{row.Name} ({name})\n")));
                    continue;
                }

                runs.Insert(runs.Count, RunAll(provider, own, new Certifier(provider, peer, parsed.GetValue(Logs)!), parsed.GetValue(Json) is null, stop.Token));
            }
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("urma: interrupted; nothing was written.");
            return Interrupted;
        }

        if (parsed.GetValue(Names))
        {
            return 0;
        }

        return Finish(runs, parsed);
    }

    private static CertificationRow[] Select(IReadOnlyList<CertificationRow> rows, ParseResult parsed)
    {
        try
        {
            Regex wanted = CertificationRow.Pattern(parsed.GetValue(Filter) ?? string.Empty);
            bool isBetweenMachines = parsed.GetValue(PeerAddress) is not null;
            return [.. rows.Where(row => wanted.IsMatch(row.Name) && (!isBetweenMachines || row.Machines != CertificationMachines.One))];
        }
        catch (ArgumentException error)
        {
            throw new ToolException($"--filter: {error.Message}", error);
        }
    }

    private static IReadOnlyList<CertificationRun> ReadRuns(string path)
    {
        try
        {
            return CertificationJson.Read(File.ReadAllText(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ToolException)
        {
            throw new ToolException($"--merge {path}: {error.Message}", error);
        }
    }

    private static CertificationRun RunAll(CertificationProvider provider, CertificationRow[] rows, Certifier certifier, bool isSeen, CancellationToken cancellation)
    {
        var results = new List<CertificationResult>();
        double? before = provider.Missing is null ? CacheLine.Measure() : null;
        foreach (CertificationRow row in rows)
        {
            cancellation.ThrowIfCancellationRequested();
            CertificationResult result = certifier.Run(row, cancellation);
            results.Add(result);
            if (isSeen)
            {
                string colour = result.Outcome switch { CertificationOutcome.Passed => "green", CertificationOutcome.Failed => "red", _ => "yellow" };
                Screen.Console.MarkupLine($"{Markup.Escape(provider.Name),-5} {Markup.Escape(row.Name),-40} [{colour}]{Markup.Escape(CertificationTable.Text(result))}[/]");
            }
        }

        double? after = provider.Missing is null ? CacheLine.Measure() : null;
        return new CertificationRun(provider.Name, DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Machine, [.. new[] { before, after }.OfType<double>()], results);
    }

    private static string Machine =>
        $"{Environment.ProcessorCount} x {SystemFacts.ProcessorModel}, Linux {Environment.OSVersion.Version.ToString(2)}";

    private static int Finish(List<CertificationRun> runs, ParseResult parsed)
    {
        foreach (string path in parsed.GetValue(Out) ?? [])
        {
            CertificationOutput.Write(path, runs);
        }

        CertificationResult[] results = [.. runs.SelectMany(static run => run.Results)];
        int failed = results.Count(static result => result.Outcome == CertificationOutcome.Failed);
        if (parsed.GetValue(Json) is not null)
        {
            Console.Out.Write(CertificationJson.Write(runs));
        }
        else
        {
            int passed = results.Count(static result => result.Outcome == CertificationOutcome.Passed);
            Console.Out.WriteLine($"{passed} passed, {failed} failed, {results.Length - passed - failed} not run; what they said is in {parsed.GetValue(Logs)}");
        }

        return failed > 0 ? 1 : 0;
    }
}
