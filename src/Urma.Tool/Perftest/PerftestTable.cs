using System.Globalization;
using System.Text;
using Urma.Net.Measurement;

namespace Urma.Net.Tool.Perftest;

/// <summary>Prints results in the format of urma_perftest, with the yardsticks below.</summary>
internal static class PerftestTable
{
    private const string Rule = "---------------------------------------------------------------------------------------";
    private const double Mebibyte = 1 << 20;

    public static void Header(TextWriter output, TestSetup setup, string provider, string cpus, RoundPlan plan, bool allSizes)
    {
        bool isBandwidth = TestNames.IsBandwidth(setup.Kind);
        output.WriteLine(Rule);
        output.WriteLine($"                    {TestNames.Banner(setup.Kind)}");
        Pair(output, "Provider", provider, "Processors", cpus);
        Pair(output, "Transport mode", "RM", "Jetty mode", "DUPLEX");
        Pair(output, "Post list", $"{setup.PostList}", "Receive post list", $"{setup.ReceivePostList}");
        Pair(output, "Send depth", $"{setup.SendDepth}", "Receive depth", $"{setup.ReceiveDepth}");
        Pair(output, "CQ moderation", $"{setup.CompletionModeration}", "Inline", setup.Inline ? "ON" : "OFF");
        Pair(output, "Completions", Text(setup.WaitMode), "Sizes", allSizes ? "all" : $"{setup.Size}[B]");
        Pair(output, "Rounds", $"{plan.Rounds}", "Yardstick", Yardsticks.Current.Source);
        if (setup.Fabric is { } fabric)
        {
            output.WriteLine($" {"Fabric model",-15}: ON, {fabric}: times are of a modelled link");
        }

        if (setup.Kind == TestKind.Ownership)
        {
            Pair(output, "Regions", $"{setup.PostList}", "Enforcement", setup.PageProtection ? "page protection" : "checked");
            Pair(output, "Calls", setup.Batch ? "one batch" : "one each", "Pattern", "every second granule");
        }

        if (TestNames.IsAtomic(setup.Kind))
        {
            Pair(output, "Atomic", setup.CompareSwap ? "CAS" : "FAA", "Width", "8[B]");
        }

        output.WriteLine(Rule);
        output.WriteLine(isBandwidth
            ? " bytes   iterations  BW peak[MB/sec]  BW average[MB/sec]  MsgRate[Mpps]"
            : " bytes   iterations  t_min[us]  t_max[us]  t_median[us]  t_avg[us]  t_stdev[us]  99%[us]  99.9%[us]  99.99%[us]  99.999%[us]");
    }

    public static void Row(TextWriter output, PerfResult result)
    {
        output.WriteLine(TestNames.IsBandwidth(result.Setup.Kind) ? BandwidthRow(result) : LatencyRow(result));
    }

    public static void Footer(TextWriter output, IReadOnlyList<PerfResult> results)
    {
        output.WriteLine(Rule);
        foreach (PerfResult result in results)
        {
            if (results.Count > 1)
            {
                output.WriteLine($" {result.Setup.Size} bytes:");
            }

            Yardstick(output, result);
        }

        if (results[0].Setup.Fabric is { } fabric)
        {
            output.WriteLine($" Fabric model            : ON, {fabric}; L and B are of the machine and not delayed");
        }

        TestKind kind = results[0].Setup.Kind;
        output.WriteLine(
            $" Latency is {(TestNames.IsPingPong(kind) ? "half the round trip" : "the time of one operation")}. " +
            (TestNames.IsBandwidth(kind)
                ? "Rates are of whole untimed rounds; 1 MB = 2^20 bytes."
                : "Median and average: untimed loops. Min, max, deviation and tail: separately timed operations, the clock's cost subtracted."));
        output.WriteLine(Rule);
    }

    private static void Yardstick(TextWriter output, PerfResult result)
    {
        var line = new StringBuilder();
        Spread l = result.CacheLine, b = result.Copy, ratio = result.Ratio;
        line.Append(CultureInfo.InvariantCulture, $" L (cache line, one way) : {l.Median:0.0} ns (p10 {l.P10:0.0}, p90 {l.P90:0.0})");
        if (result.Setup.Size > 0)
        {
            line.Append(CultureInfo.InvariantCulture, $"    B (memcpy) : {b.Median:0.00} GB/s (p10 {b.P10:0.00}, p90 {b.P90:0.00})");
        }

        output.WriteLine(line);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $" Result                  : {result.Time.Median:0.0} ns/op (p10 {result.Time.P10:0.0}, p90 {result.Time.P90:0.0})    {result.Bandwidth:0.00} GB/s    {result.MessageRate:0.000} M/s"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $" Ratio                   : {ratio.Median:0.00} (p10 {ratio.P10:0.00}, p90 {ratio.P90:0.00})    {result.RatioMeaning}, median over {result.Rounds} rounds"));
        if (result.Disturbed > 0)
        {
            output.WriteLine($" Disturbed               : in {result.Disturbed} of {result.Rounds} rounds something else ran on these processors");
        }

        foreach (ReferenceResult reference in result.References)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $" {reference.Name,-24}: {reference.Time.Median:0.0} ns/op    the test takes {reference.Difference.Median:+0.0;-0.0} ns (p10 {reference.Difference.P10:0.0}, p90 {reference.Difference.P90:0.0}) and is {reference.Speed.Median:0.00} times as fast"));
        }

        if (result.Remark is { } remark)
        {
            output.WriteLine($" {"Remark",-24}: {remark}");
        }

        if (result.Setup.Kind == TestKind.AsyncLatency)
        {
            output.WriteLine($" {"Continuation",-24}: {Text(result.Setup.AsyncMode)}");
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $" Allocated               : {result.AllocatedPerOperation:0.###} managed bytes/op, both ends; data verified"));
    }

    private static string LatencyRow(PerfResult result)
    {
        double[] samples = result.Samples;
        double min = samples.Length == 0 ? double.NaN : samples[0], max = samples.Length == 0 ? double.NaN : samples[^1];
        double deviation = Statistics.StandardDeviation(samples);
        return string.Create(
            CultureInfo.InvariantCulture,
            $" {result.Setup.Size,-7} {result.Iterations,-10}  {Us(min),-9}  {Us(max),-9}  {Us(result.Time.Median),-12}  {Us(result.Average),-9}  " +
            $"{Us(deviation),-11}  {Us(result.Percentile(0.99)),-7}  {Us(result.Percentile(0.999)),-9}  {Us(result.Percentile(0.9999)),-10}  {Us(result.Percentile(0.99999))}");
    }

    private static string BandwidthRow(PerfResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $" {result.Setup.Size,-7} {result.Iterations,-10}  {result.PeakBandwidth * 1e9 / Mebibyte,-15:0.00}  {result.Setup.Size / result.Average * 1e9 / Mebibyte,-18:0.00}  {1000 / result.Average,-13:0.000000}");

    private static string Us(double nanoseconds) => (nanoseconds / 1000).ToString("0.000", CultureInfo.InvariantCulture);

    private static string Text(WaitMode mode) => mode switch
    {
        WaitMode.Events => "event",
        WaitMode.Wait => "wait",
        _ => "poll",
    };

    private static string Text(AsyncMode mode) => mode switch
    {
        AsyncMode.Poller => "run by the poller",
        AsyncMode.Pool => "run by the thread pool",
        _ => "not needed, completed at post",
    };

    private static void Pair(TextWriter output, string key, string value, string secondKey, string secondValue) =>
        output.WriteLine($" {key,-15}: {value,-26} {secondKey,-18}: {secondValue}");
}
