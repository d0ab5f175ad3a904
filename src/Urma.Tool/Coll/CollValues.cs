using System.Runtime.InteropServices;
using Urma.Net.Collectives;

namespace Urma.Net.Tool.Coll;

/// <summary>
/// The numbers of each rank and what they come to, chosen so that every partial result is exact in every type and in any order. They repeat
/// after a prime number of elements: a block that lands in the wrong place is seen.
/// </summary>
internal sealed class CollValues
{
    public const int Period = 4093;

    private readonly byte[][] _ranks;
    private readonly byte[] _reduced;

    /// <param name="ranks">How many ranks there are.</param>
    /// <param name="type">The type of an element.</param>
    /// <param name="reduction">How they are combined; without one the elements are any bits.</param>
    public CollValues(int ranks, DataType type, CollReduction reduction)
    {
        ElementSize = DataTypes.SizeOf(type);
        _ranks = [.. Enumerable.Range(0, ranks).Select(_ => new byte[Period * ElementSize])];
        _reduced = new byte[Period * ElementSize];
        long[] numbers = new long[ranks];
        for (int index = 0; index < Period; index++)
        {
            for (int rank = 0; rank < ranks; rank++)
            {
                Span<byte> at = _ranks[rank].AsSpan(index * ElementSize, ElementSize);
                if (reduction == CollReduction.None)
                {
                    ulong bits = Hash(rank, index);
                    MemoryMarshal.AsBytes(new Span<ulong>(ref bits))[..ElementSize].CopyTo(at);
                    continue;
                }

                numbers[rank] = Number(reduction, type, rank, ranks, index);
                Encode(numbers[rank], type, at);
            }

            if (reduction != CollReduction.None)
            {
                Encode(Combine(reduction, numbers), type, _reduced.AsSpan(index * ElementSize, ElementSize));
            }
        }
    }

    public int ElementSize { get; }

    /// <summary>One period of a rank's elements.</summary>
    public ReadOnlySpan<byte> OfRank(int rank) => _ranks[rank];

    /// <summary>One period of the result.</summary>
    public ReadOnlySpan<byte> Reduced => _reduced;

    /// <summary>What a rank multiplies by with <see cref="CollReduction.PreMultipliedSum"/>.</summary>
    public static int Factor(int rank) => 1 + (rank % 2);

    private static long Number(CollReduction reduction, DataType type, int rank, int ranks, int index)
    {
        long most = MostExact(type);
        ulong hash = Hash(rank, index);
        ulong common = Hash(-1, index);
        bool isSigned = type is not (DataType.UInt8 or DataType.UInt32 or DataType.UInt64);
        switch (reduction)
        {
            case CollReduction.Product:
                // Three twos at most; which ranks have them differs from element to element.
                long factor = (rank + index) % ranks < 3 && (hash & 1) != 0 ? 2 : 1;
                return isSigned && (hash & 2) != 0 ? -factor : factor;
            case CollReduction.Max or CollReduction.Min:
                long any = (long)(hash % (ulong)(most + 1));
                return isSigned && (hash >> 63) != 0 ? -any : any;
            case CollReduction.Average:
                // Neighbours differ from the mean by as much; the last of an odd number does not.
                long mean = (long)(common % (ulong)(Share(most, ranks, type) + 1));
                long difference = (long)(Hash(-2 - (rank / 2), index) % (ulong)(mean + 1));
                return (rank ^ 1) >= ranks ? mean : rank % 2 == 0 ? mean + difference : mean - difference;
            default:
                long reach = reduction == CollReduction.PreMultipliedSum ? most / 2 : most;
                long number = (rank + index) % ranks < reach ? (long)(hash % (ulong)(Math.Max(1, reach / ranks) + 1)) : 0;
                return isSigned && (common & 1) != 0 ? -number : number;
        }
    }

    private static long Share(long most, int ranks, DataType type) => DataTypes.IsInteger(type) ? most / ranks : Math.Max(1, most / ranks);

    private static long Combine(CollReduction reduction, ReadOnlySpan<long> numbers)
    {
        long result = numbers[0];
        for (int rank = 1; rank < numbers.Length; rank++)
        {
            long number = numbers[rank];
            result = reduction switch
            {
                CollReduction.Product => result * number,
                CollReduction.Max => Math.Max(result, number),
                CollReduction.Min => Math.Min(result, number),
                CollReduction.PreMultipliedSum => result + (number * Factor(rank)),
                _ => result + number,
            };
        }

        return reduction == CollReduction.Average ? result / numbers.Length : result;
    }

    // Up to here every whole number has a value of the type.
    private static long MostExact(DataType type) => type switch
    {
        DataType.Int8 => sbyte.MaxValue,
        DataType.UInt8 => byte.MaxValue,
        DataType.Int32 => int.MaxValue,
        DataType.UInt32 => uint.MaxValue,
        DataType.Float16 => 1 << 11,
        DataType.BFloat16 => 1 << 8,
        DataType.Float32 => 1 << 24,
        DataType.Float8E4M3 => 1 << 4,
        DataType.Float8E5M2 => 1 << 3,
        _ => 1L << 53,
    };

    private static void Encode(long number, DataType type, Span<byte> at)
    {
        switch (type)
        {
            case DataType.Float16:
                MemoryMarshal.Write(at, (Half)number);
                break;
            case DataType.BFloat16:
                MemoryMarshal.Write(at, (BFloat16)(float)number);
                break;
            case DataType.Float32:
                MemoryMarshal.Write(at, (float)number);
                break;
            case DataType.Float64:
                MemoryMarshal.Write(at, (double)number);
                break;
            case DataType.Float8E4M3:
                MemoryMarshal.Write(at, (Float8E4M3)(float)number);
                break;
            case DataType.Float8E5M2:
                MemoryMarshal.Write(at, (Float8E5M2)(float)number);
                break;
            default:
                MemoryMarshal.AsBytes(new Span<long>(ref number))[..at.Length].CopyTo(at);
                break;
        }
    }

    // SplitMix64.
    private static ulong Hash(int rank, int index)
    {
        ulong value = (((ulong)(uint)rank << 32) | (uint)index) + 0x9E37_79B9_7F4A_7C15;
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }
}
