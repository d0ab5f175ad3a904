namespace Urma.Net.Tool.Coll;

/// <summary>Takes what the first rank finds.</summary>
internal interface ICollReport
{
    /// <summary>All ranks are there.</summary>
    void Begin(IReadOnlyList<CollPlace> places);

    /// <summary>Lines follow.</summary>
    /// <param name="peer">What takes turns with us; null for nothing.</param>
    void BeginTable(string? peer);

    void Add(CollRow row);

    void Add(CollComparisonRow row);

    /// <summary>All is measured.</summary>
    /// <param name="wrong">Wrong elements altogether.</param>
    void End(long wrong);
}
