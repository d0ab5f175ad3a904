using System.Globalization;
using Urma.Net.Compare.Model;
using Urma.Net.Compare.Running;
using Urma.Net.Tool.Perftest;

namespace Urma.Net.Compare.Output;

/// <summary>A workload's numbers as lines, for whoever watches.</summary>
internal static class ResultsText
{
    public static void Write(TextWriter writer, WorkloadResult result)
    {
        Workload workload = result.Workload;
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{workload.Title} ({workload.Id}), {workload.Unit}, {workload.Convention}; {result.Taken.TotalSeconds:0.0} s of {result.Budget.TotalSeconds:0}"));
        foreach (Turn turn in workload.Turns)
        {
            foreach (Series series in turn.Series)
            {
                IReadOnlyList<double> places = result.Readings.Places(series.Id);
                if (places.Count > 0)
                {
                    writer.WriteLine($"  {series.Name}: {string.Join("  ", places.Select(x => $"{Labels.Of(workload.X, x)}={Text(result.Readings.Values(series.Id, x))}"))}");
                }
            }

            writer.WriteLine($"    $ {turn.Command}");
        }

        writer.Flush();
    }

    private static string Text(Spread spread) => spread.Median.ToString(spread.Median >= 1000 ? "0" : "G4", CultureInfo.InvariantCulture);
}
