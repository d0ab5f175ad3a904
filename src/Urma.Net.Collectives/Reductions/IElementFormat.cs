using System.Numerics;

namespace Urma.Net.Collectives.Reductions;

/// <summary>
/// How elements lie in memory and which numbers they become. Which element sits in which lane is the format's own choice: reductions
/// treat all lanes alike.
/// </summary>
/// <typeparam name="TAccumulator">What is calculated with.</typeparam>
internal unsafe interface IElementFormat<TAccumulator>
    where TAccumulator : unmanaged
{
    /// <summary>Bytes of an element in memory.</summary>
    static abstract int Size { get; }

    /// <summary>Reads as many elements as a quad has lanes. Any alignment.</summary>
    static abstract Quad<TAccumulator> Load(byte* source);

    /// <summary>As many elements as a quad has lanes, as they are in memory: the first four, two or one vectors of the result.</summary>
    static abstract Quad<uint> Pack(Quad<TAccumulator> values);

    /// <summary>The elements of one vector as it is in memory; the other lanes are 0.</summary>
    static abstract Quad<TAccumulator> Widen(Vector<uint> memory);

    /// <summary>The opposite of <see cref="Widen"/>.</summary>
    static abstract Vector<uint> Narrow(Quad<TAccumulator> values);
}
