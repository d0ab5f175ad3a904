using System.Numerics;

namespace Urma.Net.Collectives.Types;

/// <summary>How a sign, exponent and mantissa lie in 8 or 16 bits: <see cref="NarrowFloat"/> with the numbers of one layout.</summary>
internal interface INarrowLayout
{
    /// <summary>Each lane holds a code in its highest bits and anything below, which does not matter.</summary>
    static abstract Vector<float> ToSingle(Vector<uint> codes);

    /// <summary>Each lane of the result holds a code in its lowest bits and zeros above.</summary>
    static abstract Vector<uint> FromSingle(Vector<float> values);

    /// <summary>The number of one code.</summary>
    static abstract float ToSingle(uint code);

    /// <summary>The same of one number.</summary>
    static abstract uint FromSingle(float value);
}
