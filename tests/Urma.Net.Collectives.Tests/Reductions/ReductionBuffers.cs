using System.Runtime.InteropServices;

namespace Urma.Net.Collectives.Tests.Reductions;

/// <summary>Memory for sources and a destination, each at the alignment asked for and between guard bytes.</summary>
internal sealed unsafe class ReductionBuffers : IDisposable
{
    private const int Guard = 192;
    private const byte GuardByte = 0xA5;
    private readonly byte* _memory;
    private readonly int _stride;
    private readonly int _length;
    private readonly int _size;

    public ReductionBuffers(int buffers, int length)
    {
        _length = length;
        _stride = (length + (3 * Guard) + 63) & ~63;
        _size = buffers * _stride;
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)_size, 64);
        Clear();
    }

    /// <summary>The address of buffer <paramref name="index"/>, <paramref name="misalignment"/> (below 64) bytes above a multiple of 64.</summary>
    public nint At(int index, int misalignment) => (nint)(_memory + (index * _stride) + Guard + misalignment);

    public Span<byte> Bytes(nint address) => new((void*)address, _length);

    /// <summary>Whether nothing was written in front of and behind a buffer.</summary>
    public bool GuardsHold(nint address) =>
        !new ReadOnlySpan<byte>((byte*)address - 128, 128).ContainsAnyExcept(GuardByte)
        && !new ReadOnlySpan<byte>((byte*)address + _length, 128).ContainsAnyExcept(GuardByte);

    /// <summary>Makes everything guard bytes again, for buffers that lie elsewhere.</summary>
    public void Clear() => new Span<byte>(_memory, _size).Fill(GuardByte);

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}
