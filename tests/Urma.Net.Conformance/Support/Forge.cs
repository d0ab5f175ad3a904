using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Urma.Net.Conformance;

/// <summary>Makes addresses no honest program can make, as a stray pointer or a bug would.</summary>
public static class Forge
{
    /// <summary>A genuine address moved to any offset.</summary>
    public static RemoteAddress WithOffset(RemoteAddress genuine, ulong offset)
    {
        Remote raw = Unsafe.BitCast<RemoteAddress, Remote>(genuine);
        raw.Offset = offset;
        return Unsafe.BitCast<Remote, RemoteAddress>(raw);
    }

    /// <summary>An address with some of its token's bits flipped.</summary>
    public static RemoteAddress WithTokenBits(RemoteAddress genuine, ulong flipped)
    {
        Remote raw = Unsafe.BitCast<RemoteAddress, Remote>(genuine);
        raw.Token ^= flipped;
        return Unsafe.BitCast<Remote, RemoteAddress>(raw);
    }

    /// <summary>A local range moved and resized without a check.</summary>
    public static SegmentRange Local(SegmentRange genuine, nint displacement, long length)
    {
        Range raw = Unsafe.BitCast<SegmentRange, Range>(genuine);
        raw.Address += displacement;
        raw.Length = length;
        return Unsafe.BitCast<Range, SegmentRange>(raw);
    }

    /// <summary>A local range with some of its token's bits flipped.</summary>
    public static SegmentRange LocalWithTokenBits(SegmentRange genuine, ulong flipped)
    {
        Range raw = Unsafe.BitCast<SegmentRange, Range>(genuine);
        raw.Token ^= flipped;
        return Unsafe.BitCast<Range, SegmentRange>(raw);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Remote
    {
        public ulong Offset;
        public ulong Token;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Range
    {
        public nint Address;
        public long Length;
        public ulong Token;
    }
}
