using System.Numerics;

namespace Urma.Net.Collectives.Reductions;

/// <summary>Four vectors of accumulators: what one step of a pass works on. Enough to hide the latency of an operation.</summary>
internal readonly struct Quad<T>(Vector<T> a, Vector<T> b, Vector<T> c, Vector<T> d)
{
    public readonly Vector<T> A = a;
    public readonly Vector<T> B = b;
    public readonly Vector<T> C = c;
    public readonly Vector<T> D = d;

    /// <summary>Elements in one.</summary>
    public static int Count => 4 * Vector<T>.Count;
}
