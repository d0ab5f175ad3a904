using System.Buffers.Binary;

namespace Urma.Net.Verbs;

/// <summary>An immediate of URMA's 64 bits in the 32 of verbs, which travel in network order.</summary>
internal static class Immediate
{
    /// <summary>The largest value that travels by itself.</summary>
    public const ulong MostInPlace = 0x7FFF_FFFF;

    private const uint IsNumber = 0x8000_0000;

    /// <summary>All 32 bits of what is no value of ours; its own inverse.</summary>
    public static uint Plain(uint value) => BinaryPrimitives.ReverseEndianness(value);

    public static uint InPlace(ulong value) => BinaryPrimitives.ReverseEndianness((uint)value);

    /// <summary>For a value that was written into a word of the receiver's before.</summary>
    public static uint AtNumber(uint number) => BinaryPrimitives.ReverseEndianness(number | IsNumber);

    /// <summary>What came: the value, or the number of the word that has it.</summary>
    public static (uint Bits, bool IsNumber) Read(uint data)
    {
        uint bits = BinaryPrimitives.ReverseEndianness(data);
        return (bits & ~IsNumber, (bits & IsNumber) != 0);
    }
}
