using System.Globalization;

namespace Urma.Net.Tool.Watch;

/// <summary>Numbers in few characters.</summary>
internal static class Units
{
    private static readonly string[] Thousands = ["", "k", "M", "G", "T", "P"];

    /// <summary>A count or rate with three digits, such as 0, 12, 1.23k, 45.6M.</summary>
    public static string Count(double value)
    {
        int power = 0;
        while (Math.Abs(value) >= 999.5 && power < Thousands.Length - 1)
        {
            value /= 1000;
            power++;
        }

        return Digits(value) + Thousands[power];
    }

    /// <summary>A time with three digits, such as 85ns, 1.23us, 4.5s.</summary>
    public static string Time(double nanoseconds) => nanoseconds switch
    {
        < 999.5 => Digits(nanoseconds) + "ns",
        < 999.5e3 => Digits(nanoseconds / 1e3) + "us",
        < 999.5e6 => Digits(nanoseconds / 1e6) + "ms",
        _ => Digits(nanoseconds / 1e9) + "s",
    };

    private static string Digits(double value) =>
        value.ToString(Math.Abs(value) >= 99.95 ? "0" : Math.Abs(value) >= 9.995 ? "0.#" : "0.##", CultureInfo.InvariantCulture);
}
