namespace Urma.Net.Benchmarks.Loop;

/// <summary>The value in the middle.</summary>
internal static class Median
{
    /// <summary>Sorts the values; of an even number of them the mean of the two in the middle, of none not a number.</summary>
    public static double InPlace(double[] values)
    {
        if (values.Length == 0)
        {
            return double.NaN;
        }

        Array.Sort(values);
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }
}
