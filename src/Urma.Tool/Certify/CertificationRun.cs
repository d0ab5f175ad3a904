namespace Urma.Net.Tool.Certify;

/// <summary>All rows of one provider, with what must be known to read them.</summary>
/// <param name="Provider">What they were run on.</param>
/// <param name="Date">The day, UTC.</param>
/// <param name="Machine">Processor, count and kernel.</param>
/// <param name="CacheLineNanoseconds">The one-way time of a cache line before and after the rows; null where it was not measured.</param>
/// <param name="Results">The rows, in the list's order.</param>
internal sealed record CertificationRun(
    string Provider, string Date, string Machine, IReadOnlyList<double> CacheLineNanoseconds, IReadOnlyList<CertificationResult> Results);
