namespace Urma.Net.Collectives.Tests.Types;

/// <summary>
/// A narrow float as its definition says, in double arithmetic and by searching: slow, and nothing in common with the conversions
/// it is compared with.
/// </summary>
public sealed class NarrowModel
{
    private readonly double[] _finite;
    private readonly uint _nan;
    private readonly uint _overflow;
    private readonly double _leastOverflow;

    private NarrowModel(int width, int mantissaBits, int bias, uint lastFinite, uint nan, uint overflow)
    {
        Width = width;
        LastFinite = lastFinite;
        _nan = nan;
        _overflow = overflow;
        _finite = new double[lastFinite + 2];
        for (uint code = 0; code <= lastFinite + 1; code++)
        {
            uint exponent = code >> mantissaBits;
            double fraction = (code & ((1u << mantissaBits) - 1)) / (double)(1 << mantissaBits);
            _finite[code] = exponent == 0 ? Math.ScaleB(fraction, 1 - bias) : Math.ScaleB(1 + fraction, (int)exponent - bias);
        }

        _leastOverflow = (_finite[lastFinite] + _finite[lastFinite + 1]) / 2;
    }

    public static NarrowModel Half { get; } = new(16, 10, 15, 0x7BFF, 0x7E00, 0x7C00);

    public static NarrowModel BFloat16 { get; } = new(16, 7, 127, 0x7F7F, 0x7FC0, 0x7F80);

    public static NarrowModel Float8E4M3 { get; } = new(8, 3, 7, 0x7E, 0x7F, 0x7F);

    public static NarrowModel Float8E5M2 { get; } = new(8, 2, 15, 0x7B, 0x7E, 0x7C);

    public int Width { get; }

    public uint LastFinite { get; }

    public uint SignBit => 1u << (Width - 1);

    public double ToDouble(uint code)
    {
        uint magnitude = code & (SignBit - 1);
        double value = magnitude <= LastFinite ? _finite[magnitude]
            : magnitude == _overflow && _overflow != _nan ? double.PositiveInfinity
            : double.NaN;
        return (code & SignBit) == 0 ? value : -value;
    }

    /// <summary>The nearest, ties to the even code. NaN without its payload.</summary>
    public uint FromSingle(float value)
    {
        uint sign = float.IsNegative(value) ? SignBit : 0;
        double magnitude = Math.Abs((double)value);
        if (float.IsNaN(value))
        {
            return _nan | sign;
        }

        bool lastIsEven = (LastFinite & 1) == 0;
        if (magnitude > _leastOverflow || (magnitude == _leastOverflow && !lastIsEven))
        {
            return _overflow | sign;
        }

        int at = Array.BinarySearch(_finite, 0, (int)LastFinite + 1, magnitude);
        if (at >= 0)
        {
            return (uint)at | sign;
        }

        int above = ~at;
        int below = above - 1;
        double toAbove = _finite[above] - magnitude;
        double toBelow = magnitude - _finite[below];
        int nearest = toAbove < toBelow || (toAbove == toBelow && (above & 1) == 0) ? above : below;
        return (uint)nearest | sign;
    }

    /// <summary>Every number of the layout, every number half way between two of them, their neighbours among floats, and the special values; both signs.</summary>
    public IEnumerable<float> Interesting()
    {
        for (uint code = 0; code <= LastFinite; code++)
        {
            float middle = (float)((_finite[code] + _finite[code + 1]) / 2);
            foreach (float value in new[] { (float)_finite[code], middle })
            {
                yield return value;
                yield return float.BitIncrement(value);
                yield return float.BitDecrement(value);
                yield return -value;
                yield return -float.BitIncrement(value);
                yield return -float.BitDecrement(value);
            }
        }

        foreach (uint bits in new uint[] { 0, 0x8000_0000, 1, 0x007F_FFFF, 0x7F7F_FFFF, 0x7F80_0000, 0xFF80_0000, 0x7F80_0001, 0x7FBF_FFFF, 0x7FC0_0000, 0xFFC0_0000, 0x7FFF_FFFF, 0xFFFF_FFFF })
        {
            yield return BitConverter.UInt32BitsToSingle(bits);
        }
    }

    /// <summary>Floats spread over all bit patterns.</summary>
    public static IEnumerable<float> Spread(uint stride = 16381)
    {
        for (ulong bits = 0; bits <= uint.MaxValue; bits += stride)
        {
            yield return BitConverter.UInt32BitsToSingle((uint)bits);
        }
    }
}
