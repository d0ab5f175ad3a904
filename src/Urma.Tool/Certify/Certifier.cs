using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Urma.Net.Tool.Certify;

/// <summary>Runs rows of a list, one after another.</summary>
/// <param name="provider">What they run on.</param>
/// <param name="peer">The other machine; null where there is none.</param>
/// <param name="logs">The folder for what the programs say; made when missing.</param>
/// <remarks>One thread.</remarks>
internal sealed class Certifier(CertificationProvider provider, CertificationPeer? peer, string logs)
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ServerLimit = TimeSpan.FromSeconds(15);

    private readonly string _fabric = $"certify-{Environment.ProcessId}";

    /// <summary>Runs one row.</summary>
    /// <param name="row">A row of this provider's.</param>
    /// <param name="cancellation">Ends its programs, and the call by an exception.</param>
    public CertificationResult Run(CertificationRow row, CancellationToken cancellation)
    {
        long begin = Stopwatch.GetTimestamp();
        CertificationOutcome outcome;
        string why;
        double? figure = null;
        if (WhyNot(row) is { } missing)
        {
            (outcome, why) = (CertificationOutcome.NotRun, missing);
        }
        else
        {
            Directory.CreateDirectory(logs);
            string? complaint = row.Waiting is null ? RunAlone(row, cancellation, out figure) : RunPair(row, cancellation, out figure);
            (outcome, why) = complaint is null ? (CertificationOutcome.Passed, row.Note) : (CertificationOutcome.Failed, complaint);
        }

        return new CertificationResult(
            row.Name, row.Shows, provider.Name, outcome, why, figure, row.Unit, Stopwatch.GetElapsedTime(begin).TotalSeconds);
    }

    /// <summary>Why a row cannot be run here; null when it can.</summary>
    public string? WhyNot(CertificationRow row)
    {
        if (provider.Missing is { } missing)
        {
            return missing;
        }

        if (row.Machines == CertificationMachines.Two && peer is null)
        {
            return "needs two machines";
        }

        if (FindProgram(row.Executable) is null)
        {
            return row.BuiltBy.Length > 0 ? $"{row.Executable} is not built: {row.BuiltBy}"
                : row.Package.Length > 0 ? $"{row.Executable} is not installed: package {row.Package}"
                : $"{row.Executable} is not installed";
        }

        return row.Needs.FirstOrDefault(need => !IsMet(need))?.Why;
    }

    private string? RunAlone(CertificationRow row, CancellationToken cancellation, out double? figure)
    {
        using ProgramProcess program = Start(row, row.Command!, "log", Place(row, 0, string.Empty), []);
        string? complaint = program.Wait(Deadline(row), cancellation);
        return Judge(row, program, complaint, out figure);
    }

    private string? RunPair(CertificationRow row, CancellationToken cancellation, out double? figure)
    {
        bool isRemote = peer is not null && row.Machines != CertificationMachines.One;
        int port = FreePort();
        long deadline = Deadline(row);
        Dictionary<string, string> atServer = Place(row, port, string.Empty);
        using ProgramProcess server = Start(row, row.Waiting!, "server.log", atServer, isRemote ? [.. peer!.Prefix, "timeout", Text(row.Limit)] : []);
        AwaitReady(row, server, port, isRemote, deadline, cancellation);
        string? complaint = RunClient(row, server, Place(row, port, isRemote ? peer!.Address : provider.Address), deadline, cancellation, out figure);
        if (complaint is not null)
        {
            string said = Said(server.Output());
            return said.Length > 0 && complaint.Length < 200 ? $"{complaint}; server: {said}" : complaint;
        }

        // One that refuses has nobody to wait for, and one that stays is ended by its group's end.
        if (row.Exit != 0 || row.ServerStays)
        {
            return null;
        }

        string? ended = server.Wait(Math.Max(deadline, After(ServerLimit)), cancellation);
        return ended is not null ? $"the server {ended}"
            : server.ExitCode != 0 ? $"the server ended with exit code {server.ExitCode}: {Said(server.Output())}"
            : null;
    }

    // The client of a server that shows nothing may come too early, and then comes again.
    private string? RunClient(
        CertificationRow row, ProgramProcess server, Dictionary<string, string> place, long deadline, CancellationToken cancellation, out double? figure)
    {
        long lastStart = Math.Min(deadline, row.Ready == string.Empty ? After(ReadyLimit) : 0);
        while (true)
        {
            using ProgramProcess client = Start(row, row.Client ?? row.Pair!, "client.log", place, []);
            string? complaint = Judge(row, client, client.Wait(deadline, cancellation), out figure);
            if (complaint is null || Stopwatch.GetTimestamp() > lastStart || server.ExitCode is not null)
            {
                return complaint;
            }

            Thread.Sleep(Settling);
        }
    }

    // Null when the row passes.
    private static string? Judge(CertificationRow row, ProgramProcess program, string? complaint, out double? figure)
    {
        figure = null;
        string output = program.Output();
        if (complaint is not null)
        {
            return WithWords($"{complaint} ({row.Limit} s)", output);
        }

        if (program.ExitCode != row.Exit)
        {
            return WithWords($"exit code {program.ExitCode}" + (row.Exit == 0 ? string.Empty : $", not {row.Exit}"), output);
        }

        try
        {
            if (row.Expect is { } expect && !CertificationRow.Pattern(expect).IsMatch(output))
            {
                return WithWords("its output is not what it should be", output);
            }

            if (row.Figure is { } pattern)
            {
                Match? last = CertificationRow.Pattern(pattern).Matches(output).LastOrDefault();
                if (last is null || !double.TryParse(last.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out double number) || !double.IsFinite(number))
                {
                    return WithWords("it printed no figure", output);
                }

                figure = number;
            }
        }
        catch (RegexMatchTimeoutException)
        {
            return "its output could not be compared within a second: the list's pattern is too costly";
        }

        return null;
    }

    private ProgramProcess Start(
        CertificationRow row, string command, string end, IEnumerable<KeyValuePair<string, string>> place, IEnumerable<string> prefix)
    {
        foreach ((string name, string value) in place)
        {
            command = command.Replace($"{{{name}}}", value, StringComparison.Ordinal);
        }

        string path = $"{Environment.GetEnvironmentVariable("PATH")}:{NativeFolder.Find("urma_c_verbs")}";
        KeyValuePair<string, string>[] environment = [.. provider.Environment, .. row.Environment, new("PATH", path), new("URMA_FABRIC", _fabric)];
        return ProgramProcess.Start(command, environment, Path.Combine(Path.GetFullPath(logs), $"{FileName(row.Name)}.{provider.Name}.{end}"), prefix);
    }

    private Dictionary<string, string> Place(CertificationRow row, int port, string host) => new()
    {
        ["device"] = provider.Device,
        ["gid"] = Text(provider.Gid),
        ["port"] = Text(port),
        ["peer"] = row.Command is null ? host : string.Empty,
    };

    // A connection made to see whether it listens would be taken for the client's, so the kernel is asked.
    private void AwaitReady(CertificationRow row, ProgramProcess server, int port, bool isRemote, long deadline, CancellationToken cancellation)
    {
        bool isListener = row.Ready is null && row.Waiting!.Contains("{port}", StringComparison.Ordinal);
        Regex? sign = row.Ready is { Length: > 0 } ready ? CertificationRow.Pattern(ready) : null;
        long end = Math.Min(deadline, After(isListener || sign is not null ? ReadyLimit : Settling));
        while (Stopwatch.GetTimestamp() < end && server.ExitCode is null)
        {
            cancellation.ThrowIfCancellationRequested();
            if (isListener ? IsListening(port, isRemote) : sign?.IsMatch(server.Output()) == true)
            {
                return;
            }

            Thread.Sleep(isRemote ? 100 : 10);
        }
    }

    private bool IsListening(int port, bool isRemote)
    {
        IEnumerable<string> prefix = isRemote ? peer!.Prefix : [];
        return ShellCommand.Output([.. prefix, "ss", "-Hltn", $"sport = :{Text(port)}"]) is { Length: > 0 };
    }

    private static bool IsMet(CertificationNeed need) => ShellCommand.Output(["sh", "-c", need.Test]) is not null;

    private static string? FindProgram(string name)
    {
        string folders = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin:{NativeFolder.Find("urma_c_verbs")}";
        return name.Contains('/', StringComparison.Ordinal)
            ? File.Exists(name) ? name : null
            : folders.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string WithWords(string complaint, string output)
    {
        string said = Said(output);
        return said.Length > 0 ? $"{complaint}: {said}" : complaint;
    }

    // The last line that says something: reasons come at the end.
    private static string Said(string output)
    {
        const int Longest = 200;
        string line = output.Split('\n').Select(static line => line.Trim())
            .LastOrDefault(static line => line.Any(char.IsLetter)) ?? string.Empty;
        return line.Length > Longest ? line[..Longest] + "…" : line;
    }

    /// <summary>A name that is a file's everywhere.</summary>
    internal static string FileName(string name)
    {
        const int Longest = 80;
        string safe = string.Concat(name.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-'));
        return safe.Length > Longest ? safe[..Longest] : safe;
    }

    private static long Deadline(CertificationRow row) => After(TimeSpan.FromSeconds(row.Limit));

    private static long After(TimeSpan time) => Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
