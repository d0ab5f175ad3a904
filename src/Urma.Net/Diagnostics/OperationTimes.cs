namespace Urma.Net.Diagnostics;

/// <summary>Histograms by <see cref="UrmaOperation"/>, in an array that ends with the last operation that was timed: most queues do one or two.</summary>
internal static class OperationTimes
{
    /// <summary>The times of an operation; empty where there are none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such operation.</exception>
    public static LatencyHistogram Of(LatencyHistogram[] times, UrmaOperation operation)
    {
        if ((uint)operation >= StatisticsLayout.OperationCount)
        {
            throw new ArgumentOutOfRangeException(nameof(operation), operation, "There is no such operation.");
        }

        return (int)operation < times.Length ? times[(int)operation] : default;
    }
}
