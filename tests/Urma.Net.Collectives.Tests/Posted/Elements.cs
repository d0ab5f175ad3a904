namespace Urma.Net.Collectives.Tests.Posted;

/// <summary>Elements of every type as numbers. The values that tests use are whole and so small that every type holds them and their sums exactly.</summary>
internal static unsafe class Elements
{
    public static double Read(byte* vector, DataType type, long index) => type switch
    {
        DataType.Int8 => ((sbyte*)vector)[index],
        DataType.UInt8 => vector[index],
        DataType.Int32 => ((int*)vector)[index],
        DataType.UInt32 => ((uint*)vector)[index],
        DataType.Int64 => ((long*)vector)[index],
        DataType.UInt64 => ((ulong*)vector)[index],
        DataType.Float16 => (double)((Half*)vector)[index],
        DataType.Float32 => ((float*)vector)[index],
        DataType.Float64 => ((double*)vector)[index],
        DataType.BFloat16 => (float)((BFloat16*)vector)[index],
        DataType.Float8E4M3 => (float)((Float8E4M3*)vector)[index],
        _ => (float)((Float8E5M2*)vector)[index],
    };

    public static void Write(byte* vector, DataType type, long index, double value)
    {
        switch (type)
        {
            case DataType.Int8:
                ((sbyte*)vector)[index] = (sbyte)value;
                break;
            case DataType.UInt8:
                vector[index] = (byte)value;
                break;
            case DataType.Int32:
                ((int*)vector)[index] = (int)value;
                break;
            case DataType.UInt32:
                ((uint*)vector)[index] = (uint)value;
                break;
            case DataType.Int64:
                ((long*)vector)[index] = (long)value;
                break;
            case DataType.UInt64:
                ((ulong*)vector)[index] = (ulong)value;
                break;
            case DataType.Float16:
                ((Half*)vector)[index] = (Half)value;
                break;
            case DataType.Float32:
                ((float*)vector)[index] = (float)value;
                break;
            case DataType.Float64:
                ((double*)vector)[index] = value;
                break;
            case DataType.BFloat16:
                ((BFloat16*)vector)[index] = (BFloat16)(float)value;
                break;
            case DataType.Float8E4M3:
                ((Float8E4M3*)vector)[index] = (Float8E4M3)(float)value;
                break;
            default:
                ((Float8E5M2*)vector)[index] = (Float8E5M2)(float)value;
                break;
        }
    }

    /// <summary>What a rank contributes: 0 or 1, so that the sum over 17 ranks is at most 6.</summary>
    public static double Contribution(int rank, long index) => (rank + index) % 3 == 0 ? 1 : 0;

    /// <summary>The sum of what all ranks contribute, each times its factor.</summary>
    public static double Sum(int size, long index, Func<int, double>? factor = null)
    {
        double sum = 0;
        for (int rank = 0; rank < size; rank++)
        {
            sum += Contribution(rank, index) * (factor?.Invoke(rank) ?? 1);
        }

        return sum;
    }
}
