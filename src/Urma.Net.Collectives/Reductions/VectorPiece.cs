using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Urma.Net.Collectives.Reductions;

/// <summary>Whole vectors, and less of them than that: 16, 8, 4, 2 or 1 bytes in the lowest lanes, through registers only.</summary>
internal static unsafe class VectorPiece
{
    /// <summary>The largest piece that is not longer than <paramref name="length"/>, which is at least 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int LengthOf(int length) =>
        length >= sizeof(Vector<uint>) ? sizeof(Vector<uint>)
        : length >= sizeof(Vector128<uint>) ? sizeof(Vector128<uint>)
        : length >= sizeof(ulong) ? sizeof(ulong)
        : length >= sizeof(uint) ? sizeof(uint)
        : length >= sizeof(ushort) ? sizeof(ushort)
        : sizeof(byte);

    /// <summary>Reads <paramref name="length"/> bytes, as <see cref="LengthOf"/> told; what is above them is 0. Any alignment.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<uint> Load(byte* source, int length) =>
        length == sizeof(Vector<uint>)
            ? Vector.Load((uint*)source)
            : (length == sizeof(Vector128<uint>) ? Vector128.Load((uint*)source)
                : length == sizeof(ulong) ? Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(source)).AsUInt32()
                : Vector128.CreateScalar(
                    length == sizeof(uint) ? Unsafe.ReadUnaligned<uint>(source)
                    : length == sizeof(ushort) ? Unsafe.ReadUnaligned<ushort>(source)
                    : *source)).AsVector();

    /// <summary>Writes <paramref name="length"/> bytes, as <see cref="LengthOf"/> told. Any alignment.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector<uint> value, byte* destination, int length)
    {
        if (length == sizeof(Vector<uint>))
        {
            value.Store((uint*)destination);
        }
        else if (length == sizeof(Vector128<uint>))
        {
            value.AsVector128().Store((uint*)destination);
        }
        else if (length == sizeof(ulong))
        {
            Unsafe.WriteUnaligned(destination, value.As<uint, ulong>().ToScalar());
        }
        else if (length == sizeof(uint))
        {
            Unsafe.WriteUnaligned(destination, value.ToScalar());
        }
        else if (length == sizeof(ushort))
        {
            Unsafe.WriteUnaligned(destination, (ushort)value.ToScalar());
        }
        else
        {
            *destination = (byte)value.ToScalar();
        }
    }
}
