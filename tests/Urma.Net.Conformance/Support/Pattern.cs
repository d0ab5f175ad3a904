using System.Runtime.InteropServices;

namespace Urma.Net.Conformance;

/// <summary>Bytes that depend on their position and a seed, so that misplaced, stale and torn data all show.</summary>
public static class Pattern
{
    /// <summary>Fills with the pattern of a seed.</summary>
    public static void Fill(Span<byte> bytes, ulong seed)
    {
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = Mix(seed, i);
        }

        for (int i = words.Length * 8; i < bytes.Length; i++)
        {
            bytes[i] = ByteAt(seed, i);
        }
    }

    /// <summary>Index of the first byte that is not the pattern's, -1 when all are.</summary>
    public static int FirstDifference(ReadOnlySpan<byte> bytes, ulong seed)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        int i = 0;
        while (i < words.Length && words[i] == Mix(seed, i))
        {
            i++;
        }

        for (i *= 8; i < bytes.Length; i++)
        {
            if (bytes[i] != ByteAt(seed, i))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Asserts that all bytes are the pattern's.</summary>
    public static void Verify(ReadOnlySpan<byte> bytes, ulong seed)
    {
        int at = FirstDifference(bytes, seed);
        if (at >= 0)
        {
            Assert.Fail($"Byte {at} of {bytes.Length} is 0x{bytes[at]:x2}, not 0x{ByteAt(seed, at):x2} as in pattern {seed}.");
        }
    }

    /// <summary>Asserts the pattern everywhere but in one piece.</summary>
    public static void VerifyExcept(ReadOnlySpan<byte> bytes, ulong seed, int start, int length)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            if ((i < start || i >= start + length) && bytes[i] != ByteAt(seed, i))
            {
                Assert.Fail($"Byte {i}, outside of {start}+{length}, changed to 0x{bytes[i]:x2}.");
            }
        }
    }

    private static byte ByteAt(ulong seed, int index) => (byte)(Mix(seed, index / 8) >> (8 * (index % 8)));

    private static ulong Mix(ulong seed, int index)
    {
        ulong x = (seed + 1) * 0x9E37_79B9_7F4A_7C15 ^ ((ulong)index * 0xBF58_476D_1CE4_E5B9);
        x ^= x >> 29;
        return x * 0x94D0_49BB_1331_11EB;
    }
}
