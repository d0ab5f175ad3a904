using System.Globalization;

namespace Urma.Net.Compare.Measuring;

/// <summary>What the suite's own measurements print, in the words of the C programs of <c>native/peers</c>.</summary>
internal static class Report
{
    /// <summary>Everything that can be said of operations.</summary>
    /// <param name="size">Where on the axis.</param>
    /// <param name="bytes">Bytes of an operation.</param>
    /// <param name="operations">How many there were.</param>
    /// <param name="elapsed">Nanoseconds from the first to the last.</param>
    /// <param name="cpu">Seconds of processor time of all processes.</param>
    public static void Operations(long size, long bytes, double operations, double elapsed, double cpu)
    {
        Heading(size);
        Line($"time {elapsed / operations:0.00} ns  bandwidth {bytes * operations / elapsed:0.000000} GB/s  rate {operations * 1000 / elapsed:0.000000} M/s  cpu {cpu * 1e6 / operations:0.0000} s/M");
    }

    /// <summary>What making things costs.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="nanoseconds">Of one.</param>
    /// <param name="bytes">Of one.</param>
    public static void Footprint(long count, double nanoseconds, double bytes)
    {
        Heading(count);
        Line($"time {nanoseconds:0.0} ns  memory {Math.Max(0, bytes):0} bytes");
    }

    private static void Heading(long size) => Line($"size {size}");

    private static void Line(FormattableString text) => Console.Out.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
