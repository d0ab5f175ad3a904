namespace Urma.Net.Tool.Placement;

/// <summary>One working set of a borrow sweep.</summary>
/// <param name="Ratio">Share of its memory that is borrowed.</param>
/// <param name="Exponent">Of the Zipf distribution of accesses; 0 is uniform.</param>
/// <param name="RemoteShare">Share of the accesses that went to borrowed memory.</param>
/// <param name="Nanoseconds">One access: the median over slices.</param>
/// <param name="Loss">How much slower than with own memory only: the median over slices measured side by side, less 1.</param>
/// <param name="ClosedForm">The same, calculated from share and latencies.</param>
internal sealed record SweepPoint(double Ratio, double Exponent, double RemoteShare, double Nanoseconds, double Loss, double ClosedForm)
{
    /// <summary>How far the measured loss is from the calculated one, as a share of the latter; NaN where nothing is lost.</summary>
    public double Error => ClosedForm == 0 ? double.NaN : (Loss / ClosedForm) - 1;
}
