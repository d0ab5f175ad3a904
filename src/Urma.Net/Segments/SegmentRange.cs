using System.Runtime.InteropServices;

namespace Urma.Net;

/// <summary>A checked piece of a local <see cref="Segment"/>: the scatter/gather element of a work request.</summary>
/// <remarks>Made by <see cref="Segment.Range(long, long)"/>. A value, valid while its segment is registered; a stale one is refused when posted.</remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly struct SegmentRange
{
    internal SegmentRange(nint address, long length, ulong token)
    {
        Address = address;
        Length = length;
        Token = token;
    }

    /// <summary>First byte, in this process.</summary>
    public nint Address { get; }

    /// <summary>Length in bytes, 0 or more.</summary>
    public long Length { get; }

    /// <summary>The provider's local token of the segment.</summary>
    internal ulong Token { get; }

    /// <summary>A part of this range.</summary>
    /// <param name="offset">Bytes from the start of this range.</param>
    /// <param name="length">Length in bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The part does not lie inside this range.</exception>
    public SegmentRange Slice(long offset, long length)
    {
        if ((ulong)offset > (ulong)Length || (ulong)length > (ulong)(Length - offset))
        {
            Internal.ThrowHelper.OutOfRange(offset, length, Length);
        }

        return new SegmentRange((nint)(Address + offset), length, Token);
    }
}
