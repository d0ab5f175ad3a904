using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>
/// Random numbers straight from the kernel. The platform's own generator loads a cryptographic library for them, which takes longer
/// than opening a context and is not on every machine.
/// </summary>
internal static unsafe class Entropy
{
    /// <summary>Fills a buffer.</summary>
    /// <param name="bytes">At most 256 bytes, which the kernel gives in one piece.</param>
    public static void Fill(Span<byte> bytes)
    {
        fixed (byte* buffer = bytes)
        {
            if (Libc.Getrandom(buffer, (nuint)bytes.Length, 0) != bytes.Length)
            {
                LinuxError.ThrowLast($"get {bytes.Length} random bytes");
            }
        }
    }

    /// <summary>A random number.</summary>
    public static ulong Next()
    {
        ulong value;
        Fill(new Span<byte>(&value, sizeof(ulong)));
        return value;
    }

    /// <summary>A random number from 0 to <paramref name="limit"/> − 1; of 2³² or less, all practically equally likely.</summary>
    /// <param name="limit">1 or more.</param>
    public static uint Next(uint limit) => (uint)(Next() % limit);
}
