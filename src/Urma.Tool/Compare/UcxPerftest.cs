using System.Diagnostics;
using System.Globalization;
using Urma.Net.Tool.Peers;

namespace Urma.Net.Tool.Compare;

/// <summary>Runs ucx_perftest between two pinned processes over shared memory.</summary>
internal sealed class UcxPerftest
{
    /// <summary>What to install where it is missing.</summary>
    public const string Package = "ucx-utils";

    private const string Program = "ucx_perftest";
    private const int FirstPort = 21000, Ports = 8000;
    private const double Target = 100e6;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly string _path;
    private readonly ProcessorPair _cpus;
    private readonly Dictionary<UcxTest, double> _lastTime = [];
    private int _port = Environment.ProcessId % Ports;

    private UcxPerftest(string path, ProcessorPair cpus, string version)
    {
        _path = path;
        _cpus = cpus;
        Version = version;
    }

    /// <summary>What it calls itself.</summary>
    public string Version { get; }

    /// <summary>Finds it on the search path.</summary>
    /// <returns>Null where it is not installed.</returns>
    public static UcxPerftest? Find(ProcessorPair cpus)
    {
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':'))
        {
            string path = Path.Combine(folder, Program);
            if (File.Exists(path))
            {
                return new UcxPerftest(path, cpus, ReadVersion(folder));
            }
        }

        return null;
    }

    /// <summary>Runs a test once, for about a tenth of a second.</summary>
    /// <returns>What it reported.</returns>
    /// <exception cref="ToolException">It failed.</exception>
    public UcxResult Run(UcxTest test)
    {
        double expected = _lastTime.GetValueOrDefault(test, test.Size > 65536 ? test.Size / 5.0 : 1000);
        long iterations = Math.Clamp((long)(Target / expected), 50, 20_000_000);
        long warmUp = Math.Clamp(iterations / 10, 5, 10_000);
        string port = (FirstPort + (_port++ % Ports)).ToString(CultureInfo.InvariantCulture);
        using Process server = Start(["-p", port, "-c", Text(_cpus.Peer)]);
        try
        {
            AwaitListener(server, int.Parse(port, CultureInfo.InvariantCulture));
            using Process client = Start(
            [
                "localhost", "-p", port, "-c", Text(_cpus.Client), "-t", test.Name, "-s", Text(test.Size), "-n", Text(iterations),
                "-w", Text(warmUp), "-f", "-v", .. test.Transport,
            ]);
            Task<string> output = client.StandardOutput.ReadToEndAsync(), errors = client.StandardError.ReadToEndAsync();
            if (!client.WaitForExit(Limit))
            {
                client.Kill();
                throw new ToolException($"{Program} -t {test.Name} -s {test.Size} did not end within {Limit.TotalSeconds:0} s.");
            }

            UcxResult result = Parse(output.GetAwaiter().GetResult())
                ?? throw new ToolException($"{Program} -t {test.Name} failed: {errors.GetAwaiter().GetResult().Trim()}");
            _lastTime[test] = Math.Max(1, 1e9 / Math.Max(1, result.OperationsPerSecond));
            return result;
        }
        finally
        {
            if (!server.WaitForExit(TimeSpan.FromSeconds(2)))
            {
                server.Kill();
            }
        }
    }

    /// <summary>Reads the comma-separated output: a heading line, then one line of numbers.</summary>
    internal static UcxResult? Parse(string output)
    {
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int heading = Array.FindIndex(lines, line => line.StartsWith("iterations,", StringComparison.Ordinal));
        if (heading < 0 || heading + 1 >= lines.Length)
        {
            return null;
        }

        string[] names = lines[heading].Split(','), values = lines[^1].Split(',');
        int time = Array.FindIndex(names, name => name.StartsWith("overall_lat", StringComparison.Ordinal) || name.StartsWith("overall_overhead", StringComparison.Ordinal));
        int rate = Array.IndexOf(names, "overall_mr");
        return time >= 0 && rate >= 0 && values.Length == names.Length &&
            double.TryParse(values[time], CultureInfo.InvariantCulture, out double microseconds) &&
            double.TryParse(values[rate], CultureInfo.InvariantCulture, out double perSecond)
                ? new UcxResult(microseconds * 1000, perSecond)
                : null;
    }

    private Process Start(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(_path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["UCX_TLS"] = "shm,self";
        start.Environment["UCX_LOG_LEVEL"] = "error";
        return Process.Start(start) ?? throw new ToolException($"{_path} could not be started.");
    }

    // Connecting to see whether it listens would use up its one client, so the kernel's table is asked.
    private static void AwaitListener(Process server, int port)
    {
        const string Listening = "0A";
        string wanted = $":{port:X4}";
        long begin = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begin) < TimeSpan.FromSeconds(10) && !server.HasExited)
        {
            foreach (string table in new[] { "/proc/net/tcp", "/proc/net/tcp6" })
            {
                foreach (string line in Doctor.SystemFacts.Read(table)?.Split('\n') ?? [])
                {
                    string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    if (fields.Length > 3 && fields[3] == Listening && fields[1].EndsWith(wanted, StringComparison.Ordinal))
                    {
                        return;
                    }
                }
            }

            Thread.Sleep(5);
        }

        throw new ToolException($"The server end of {Program} did not come up on port {port}.");
    }

    private static string ReadVersion(string folder)
    {
        string info = Path.Combine(folder, "ucx_info");
        if (!File.Exists(info))
        {
            return "UCX";
        }

        using Process process = Process.Start(new ProcessStartInfo(info, ["-v"]) { RedirectStandardOutput = true })!;
        string? line = process.StandardOutput.ReadLine();
        _ = process.StandardOutput.ReadToEnd();
        process.WaitForExit(TimeSpan.FromSeconds(5));
        return "UCX " + (line?.Split(' ').LastOrDefault() ?? "?");
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
