using System.Runtime.CompilerServices;

namespace Urma.Net.Diagnostics;

/// <summary>All totals that an engine keeps, by <see cref="Counter"/>. The layout is that of the page other processes read.</summary>
[InlineArray((int)Counter.Count)]
internal struct CounterValues
{
    private long _first;

    /// <summary>The values of both, each times a sign, together.</summary>
    public static CounterValues Combine(in CounterValues one, in CounterValues other, int sign)
    {
        CounterValues result = one;
        for (int i = 0; i < (int)Counter.Count; i++)
        {
            result[i] += sign * other[i];
        }

        return result;
    }
}
