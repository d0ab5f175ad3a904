using System.Globalization;
using System.Reflection;
using Urma.Net.Tool.Doctor;

namespace Urma.Net.Tool.Coll;

/// <summary>The table of nccl-tests, to the character: programs that read the one read the other.</summary>
internal sealed class CollTable(TextWriter output, CollRequest request) : ICollReport
{
    private const string NotCounted = "N/A";

    private readonly List<double> _bandwidths = [];

    private string Test => $"urma coll {CollNames.Of(request.Operation)}";

    public void Begin(IReadOnlyList<CollPlace> places)
    {
        string version = typeof(CollTable).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "?";
        Line($"# urma {version}");
        Line($"# Collective test starting: {Test}");
        Line($"# nThread {(request.Threads ? request.Ranks : 1)} nGpus 1 minBytes {request.MinBytes} maxBytes {request.MaxBytes} step: {Step} warmup iters: {request.WarmUp} iters: {request.Iterations} agg iters: 1 validation: {(request.Check ? 1 : 0)} graph: 0 unalign: 0");
        if (request.Barriers)
        {
            Line($"# Blocking Enabled: wait for completion and barrier after each collective ");
        }

        Line($"#");
        Line($"# Using devices");
        for (int rank = 0; rank < places.Count; rank++)
        {
            CollPlace place = places[rank];
            Line($"#  Rank {rank,2} Group {0,2} Pid {place.ProcessId,6} on {place.Host,10} device {place.Processor,2} [{request.Device}] {SystemFacts.ProcessorModel}");
        }
    }

    public void BeginTable(string? peer)
    {
        Line($"#");
        if (request.WithMpi)
        {
            Line($"# Beside {peer ?? MpiProcess.HowToInstall}; {request.Rounds} rounds, medians and best; ratio: our time over its time, formed in each round; L: a cache line's one-way time between ranks 0 and 1; copy: every rank copies its longer buffer once, all at the same time");
            Line($"# {"size",10}  {"count",12}  {"type",8}  {"redop",6}  {"root",6}  {"ours",9}  {"best",9}  {"peer",9}  {"best",9}  {"ratio",6}  {"p10",6}  {"p90",6}  {"L",7}  {"ours/L",8}  {"copy",9}  {"copy/ours",9}  {"#wrong",6}  {"peer's",6}");
            Line($"# {"(B)",10}  {"(elements)",12}  {"",8}  {"",6}  {"",6}  {"(us)",9}  {"(us)",9}  {"(us)",9}  {"(us)",9}  {"",6}  {"",6}  {"",6}  {"(ns)",7}  {"",8}  {"(us)",9}  {"",9}  {"",6}  {"",6}");
            return;
        }

        Line($"# {"",10}  {"",12}  {"",8}  {"",6}  {"",6}           out-of-place                       in-place          ");
        Line($"# {"size",10}  {"count",12}  {"type",8}  {"redop",6}  {"root",6}  {"time",7}  {"algbw",6}  {"busbw",6}  {"#wrong",6}  {"time",7}  {"algbw",6}  {"busbw",6}  {"#wrong",6} ");
        Line($"# {"(B)",10}  {"(elements)",12}  {"",8}  {"",6}  {"",6}  {"(us)",7}  {"(GB/s)",6}  {"(GB/s)",6}  {"",6}  {"(us)",7}  {"(GB/s)",6}  {"(GB/s)",6}  {"",6} ");
    }

    public void Add(CollRow row)
    {
        output.Write(Beginning(row.Shape, row.TypeName, row.Reduction, row.ShownRoot));
        Write(row, row.OutOfPlace);
        Write(row, row.InPlace);
        output.WriteLine();
        output.Flush();
    }

    public void Add(CollComparisonRow row)
    {
        CollTimes ours = row.Ours;
        string beginning = Beginning(row.Shape, CollNames.Of(row.Shape.Type), row.Reduction, CollShape.HasRoot(row.Shape.Operation) ? row.Shape.Root : -1);
        Line($"{beginning}  {Microseconds(ours.Nanoseconds / 1000),9}  {Microseconds(row.BestNanoseconds / 1000),9}  {Optional(row.PeerNanoseconds / 1000, Microseconds),9}  {Optional(row.PeerBestNanoseconds / 1000, Microseconds),9}  {Optional(row.Ratio?.Median, Share),6}  {Optional(row.Ratio?.P10, Share),6}  {Optional(row.Ratio?.P90, Share),6}  {Optional(row.LineNanoseconds, static l => Text($"{l:0.0}")),7}  {Optional(row.OverLine, static l => Text($"{l:0.00}")),8}  {Optional(row.CopyNanoseconds / 1000, Microseconds),9}  {Optional(row.OfCopy, Share),9}  {Count(row.Wrong),6}  {Count(row.PeerWrong),6}");
        _bandwidths.Add(ours.BusBandwidth(row.Shape));
        output.Flush();
    }

    public void End(long wrong)
    {
        Line($"# {"Out of bounds values",-20} : {wrong} {(wrong == 0 ? "OK" : "FAILED")}");
        Line($"# {"Avg bus bandwidth",-20} : {(_bandwidths.Count == 0 ? 0 : _bandwidths.Average()):G6} ");
        Line($"#");
        Line($"# Collective test concluded: {Test}");
        output.Flush();
    }

    // As nccl-tests fits a number into a column, but with all the digits there is room for: operations on one host take fractions of a microsecond.
    internal static string Microseconds(double value) => Text($"{value:0.00}") is { Length: > 7 } longText
        ? longText.IndexOf('.', StringComparison.Ordinal) <= 6 ? Text($"{value:0.0}") : Text($"{value:0}")
        : value < 10 ? Text($"{value:0.0000}") : value < 100 ? Text($"{value:0.000}") : Text($"{value:0.00}");

    private string Step => request.StepFactor > 1
        ? Text($"{request.StepFactor}(factor)")
        : Text($"{request.StepBytes}(bytes)");

    private void Write(CollRow row, CollTimes? times)
    {
        if (times is null)
        {
            output.Write(Text($"  {0.0,7:0.00}  {0.0,6:0.00}  {0.0,6:0.00}  {NotCounted,6}"));
            return;
        }

        double bus = times.BusBandwidth(row.Shape);
        _bandwidths.Add(bus);
        output.Write(Text($"  {Microseconds(times.Nanoseconds / 1000),7}  {times.AlgorithmBandwidth(row.Shape),6:0.00}  {bus,6:0.00}  {Count(times.Wrong),6}"));
    }

    private static string Beginning(in CollShape shape, string type, CollReduction reduction, int root) =>
        Text($"{shape.ShownBytes,12}  {shape.Count,12}  {type,8}  {CollNames.Of(reduction),6}  {root,6}");

    private static string Count(long? wrong) => wrong is { } count ? Text($"{count}") : NotCounted;

    private static string Share(double value) => Text($"{value:0.000}");

    private static string Optional(double? value, Func<double, string> text) => value is { } known && double.IsFinite(known) ? text(known) : NotCounted;

    private void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
