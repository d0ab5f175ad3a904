using System.Runtime.InteropServices;

namespace Urma.Net.Collectives.Tests.Reductions;

/// <summary>Operands for a test: mostly ordinary numbers, among them any bit pattern: infinities, NaNs, subnormal numbers, both zeros.</summary>
internal static class OperandBytes
{
    public static byte[] Make(DataType type, int count, int seed)
    {
        Random random = new(seed);
        byte[] bytes = new byte[count * DataTypes.SizeOf(type)];
        random.NextBytes(bytes);
        if (DataTypes.IsInteger(type))
        {
            return bytes;
        }

        for (int i = 0; i < count; i++)
        {
            int kind = random.Next(16);
            double number = (random.NextDouble() - 0.5) * Math.ScaleB(1, random.Next(-6, 7));
            if (kind >= 3)
            {
                Put(bytes, i, type, number);
            }
            else if (kind == 0)
            {
                Put(bytes, i, type, random.Next(2) == 0 ? 0 : double.NegativeZero);
            }
        }

        return bytes;
    }

    private static void Put(byte[] bytes, int index, DataType type, double number)
    {
        switch (type)
        {
            case DataType.Float16:
                MemoryMarshal.Cast<byte, Half>(bytes.AsSpan())[index] = (Half)number;
                break;
            case DataType.Float32:
                MemoryMarshal.Cast<byte, float>(bytes.AsSpan())[index] = (float)number;
                break;
            case DataType.Float64:
                MemoryMarshal.Cast<byte, double>(bytes.AsSpan())[index] = number;
                break;
            case DataType.BFloat16:
                MemoryMarshal.Cast<byte, BFloat16>(bytes.AsSpan())[index] = (BFloat16)(float)number;
                break;
            case DataType.Float8E4M3:
                bytes[index] = ((Float8E4M3)(float)number).Bits;
                break;
            default:
                bytes[index] = ((Float8E5M2)(float)number).Bits;
                break;
        }
    }
}
