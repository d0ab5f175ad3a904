namespace Urma.Net.Tool.Coll;

/// <summary>Several reports of one run.</summary>
internal sealed class CollReports(IReadOnlyList<ICollReport> all) : ICollReport
{
    public void Begin(IReadOnlyList<CollPlace> places)
    {
        foreach (ICollReport report in all)
        {
            report.Begin(places);
        }
    }

    public void BeginTable(string? peer)
    {
        foreach (ICollReport report in all)
        {
            report.BeginTable(peer);
        }
    }

    public void Add(CollRow row)
    {
        foreach (ICollReport report in all)
        {
            report.Add(row);
        }
    }

    public void Add(CollComparisonRow row)
    {
        foreach (ICollReport report in all)
        {
            report.Add(row);
        }
    }

    public void End(long wrong)
    {
        foreach (ICollReport report in all)
        {
            report.End(wrong);
        }
    }
}
