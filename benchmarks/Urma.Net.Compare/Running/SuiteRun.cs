using System.Diagnostics;
using System.Globalization;
using Urma.Net.Compare.Model;
using Urma.Net.Compare.Output;
using Urma.Net.Compare.Peers;
using Urma.Net.Compare.Workloads;

namespace Urma.Net.Compare.Running;

/// <summary>Runs workloads one after the other, and writes down what was found after each.</summary>
internal sealed class SuiteRun(Bench bench, IReadOnlyList<Peer> peers, string output)
{
    // What starts a runtime and several processes needs some seconds on a busy machine, however little its workload counts.
    private static readonly TimeSpan LeastLimit = TimeSpan.FromSeconds(10);

    private readonly long _begin = Stopwatch.GetTimestamp();
    private readonly DateTime _taken = DateTime.UtcNow;
    private readonly List<WorkloadResult> _results = [];
    private readonly List<Failure> _failures = [];
    private readonly OutputStore _outputs = new();

    /// <summary>Whether all was measured that can be on this machine.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>Runs them.</summary>
    /// <returns>Where the results lie.</returns>
    public string Run(IReadOnlyList<Workload> workloads, CancellationToken cancellation)
    {
        Directory.CreateDirectory(output);
        string file = Path.Combine(output, "results.json");
        System.Text.Json.Nodes.JsonObject machine = Machine.Describe(bench.Cpus);
        string[] found = [.. peers.Where(static peer => peer.State == PeerPresence.Found).Select(static peer => peer.Id)];
        double weightLeft = workloads.Sum(static workload => workload.Weight);
        foreach (Workload workload in workloads)
        {
            Measure(workload, found, weightLeft, cancellation);
            weightLeft -= workload.Weight;
            Write(file, machine);
        }

        return file;
    }

    private void Measure(Workload workload, string[] found, double weightLeft, CancellationToken cancellation)
    {
        TimeSpan left = bench.Suite.Budget - Stopwatch.GetElapsedTime(_begin);
        string? why = workload.NotHere ?? (left <= TimeSpan.Zero ? "the time for the whole suite was up" : null);
        if (why is not null)
        {
            IsComplete &= workload.NotHere is not null;
            _failures.Add(new Failure(workload.Id, string.Empty, string.Empty, why));
            Report($"{workload.Id}: not measured: {why}");
            return;
        }

        TimeSpan share = Suite.Share(workload.Weight, weightLeft, left), limit = share > LeastLimit ? share : LeastLimit;
        WorkloadResult result = new WorkloadRun(workload, found, share, limit, _outputs, Report, cancellation).Run();
        _results.Add(result);
        IsComplete &= result.Failures.Count == 0;
        _failures.AddRange(result.Failures);
        ResultsText.Write(Console.Out, result);
    }

    private void Write(string file, System.Text.Json.Nodes.JsonObject machine)
    {
        string text = ResultsJson.Text(ResultsJson.Create(
            bench.Suite, (System.Text.Json.Nodes.JsonObject)machine.DeepClone(), peers, _results, _failures, _taken, Stopwatch.GetElapsedTime(_begin)));

        // By renaming: whoever reads it meanwhile sees a whole one.
        File.WriteAllText(file + ".new", text);
        File.Move(file + ".new", file, overwrite: true);
    }

    private void Report(string line) =>
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{Stopwatch.GetElapsedTime(_begin).TotalSeconds:0} s] {line}"));
}
