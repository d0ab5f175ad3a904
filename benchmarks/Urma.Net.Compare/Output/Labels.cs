using System.Globalization;
using Urma.Net.Compare.Model;

namespace Urma.Net.Compare.Output;

/// <summary>Places of an axis in words.</summary>
internal static class Labels
{
    private const double Step = 1024;
    private static readonly string[] Units = ["", " KiB", " MiB", " GiB"];

    public static string Of(Axis axis, double x)
    {
        if (axis.Labels.TryGetValue(x, out string? label))
        {
            return label;
        }

        int unit = 0;
        while (axis.Name == Axis.Bytes.Name && unit < Units.Length - 1 && x >= Step && x % Step == 0)
        {
            (x, unit) = (x / Step, unit + 1);
        }

        return x.ToString("0.####", CultureInfo.InvariantCulture) + Units[unit];
    }
}
