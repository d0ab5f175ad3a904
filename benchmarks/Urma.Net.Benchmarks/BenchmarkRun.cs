using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace Urma.Net.Benchmarks;

/// <summary>
/// <c>[--quick | --long] [arguments of BenchmarkDotNet, such as --filter *Write8*]</c>: runs BenchmarkDotNet. Ends with 1 when a benchmark
/// fails or allocates something else than <c>expected-allocations.json</c> says.
/// </summary>
internal static class BenchmarkRun
{
    public static int Run(string[] args)
    {
        IReadOnlyList<string> mismatches = ExpectedAllocations.Mismatches();
        if (mismatches.Count > 0)
        {
            Console.Error.WriteLine(string.Join('\n', mismatches));
            return 1;
        }

        // In this process: nothing is generated and compiled per benchmark, and a run takes minutes instead of an hour.
        Job job = args.Contains("--long") ? Job.Default
            : args.Contains("--quick") ? Job.ShortRun.WithWarmupCount(2).WithIterationTime(TimeInterval.FromMilliseconds(30))
            : Job.ShortRun.WithIterationTime(TimeInterval.FromMilliseconds(120));
        ManualConfig config = ManualConfig.Create(DefaultConfig.Instance)
            .AddJob(job.WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .HideColumns(Column.Job, Column.RatioSD, Column.AllocRatio)
            .WithOptions(ConfigOptions.JoinSummary);
        string[] rest = [.. args.Where(static a => a is not ("--quick" or "--long"))];
        if (!rest.Contains("--filter") && !rest.Contains("-f"))
        {
            rest = [.. rest, "--filter", "*"];
        }

        Summary[] summaries = [.. BenchmarkSwitcher.FromAssembly(typeof(Pair).Assembly).Run(rest, config)];
        IReadOnlyDictionary<string, long> expected = ExpectedAllocations.Load();
        List<string> complaints = [];
        int measured = 0;
        foreach (Summary summary in summaries)
        {
            complaints.AddRange(summary.ValidationErrors.Where(static e => e.IsCritical).Select(static e => e.Message));
            foreach (BenchmarkCase benchmark in summary.BenchmarksCases)
            {
                string name = ExpectedAllocations.NameOf(benchmark.Descriptor.WorkloadMethod);
                if (summary[benchmark] is not { Success: true } report)
                {
                    complaints.Add($"{name} did not run to its end.");
                    continue;
                }

                measured++;
                if (report.GcStats.GetBytesAllocatedPerOperation(benchmark) is var bytes && bytes != expected[name])
                {
                    complaints.Add($"{name} allocates {bytes} bytes per operation instead of {expected[name]}.");
                }
            }
        }

        if (complaints.Count > 0)
        {
            Console.Error.WriteLine(string.Join('\n', complaints));
            return 1;
        }

        Console.WriteLine($"{measured} benchmarks allocate what is expected of them.");
        return 0;
    }
}
