using Urma.Net.Compare.Model;
using Urma.Net.Tool.Perftest;

namespace Urma.Net.Compare.Running;

/// <summary>All numbers of a workload, round by round.</summary>
internal sealed class Readings
{
    private readonly Dictionary<(string Series, double X), SortedDictionary<int, double>> _values = [];

    /// <summary>Keeps a number that means something.</summary>
    /// <exception cref="FormatException">It is no positive number.</exception>
    public void Add(int round, Reading reading)
    {
        if (!double.IsFinite(reading.Value) || reading.Value < 0)
        {
            throw new FormatException($"{reading.Series} has the value {reading.Value} at {reading.X}");
        }

        if (!_values.TryGetValue((reading.Series, reading.X), out SortedDictionary<int, double>? rounds))
        {
            _values[(reading.Series, reading.X)] = rounds = [];
        }

        rounds[round] = reading.Value;
    }

    /// <summary>Where a series has numbers, in order.</summary>
    public IReadOnlyList<double> Places(string series) => [.. _values.Keys.Where(key => key.Series == series).Select(static key => key.X).Order()];

    /// <summary>How many rounds a place was measured in.</summary>
    public int Rounds(string series, double x) => _values[(series, x)].Count;

    public Spread Values(string series, double x) => Statistics.Spread(_values[(series, x)].Values);

    /// <summary>One series over another, formed in each round in which both were measured.</summary>
    /// <returns>Null where there is no such round.</returns>
    public Spread? Ratio(string series, string other, double x)
    {
        if (!_values.TryGetValue((series, x), out SortedDictionary<int, double>? above) || !_values.TryGetValue((other, x), out SortedDictionary<int, double>? below))
        {
            return null;
        }

        double[] ratios = [.. above.Where(pair => below.TryGetValue(pair.Key, out double value) && value > 0).Select(pair => pair.Value / below[pair.Key])];
        return ratios.Length == 0 ? null : Statistics.Spread(ratios);
    }
}
