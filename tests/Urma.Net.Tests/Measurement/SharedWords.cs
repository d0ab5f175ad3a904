using System.Runtime.InteropServices;
using Urma.Net.Measurement;

namespace Urma.Net.Tests.Measurement;

/// <summary>Zeroed memory aligned as the yardsticks ask, with a guard of known bytes behind it.</summary>
internal sealed unsafe class SharedWords : IDisposable
{
    private const byte GuardByte = 0xA5;
    private const int GuardLength = 256;

    private readonly byte* _memory;
    private readonly nuint _length;

    public SharedWords(nuint length = 2 * Yardsticks.LineSpacing)
    {
        _length = length;
        _memory = (byte*)NativeMemory.AlignedAlloc(length + GuardLength, Yardsticks.LineSpacing);
        NativeMemory.Clear(_memory, length);
        NativeMemory.Fill(_memory + length, GuardLength, GuardByte);
    }

    /// <summary>Addresses are handed out as integers because closures of test threads cannot capture pointers.</summary>
    public nint this[nuint offset] => (nint)(_memory + offset);

    public Span<byte> Bytes => new(_memory, checked((int)_length));

    public void AssertGuardIntact() =>
        Assert.False(
            new Span<byte>(_memory + _length, GuardLength).ContainsAnyExcept(GuardByte),
            "Bytes behind the end of the memory were overwritten.");

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}
