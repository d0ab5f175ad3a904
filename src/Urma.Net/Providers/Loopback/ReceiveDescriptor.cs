using System.Runtime.InteropServices;

namespace Urma.Net.Providers.Loopback;

/// <summary>
/// A posted buffer as senders see it: 16 bytes in memory only the receiver can write. Segment 16 bits, slot 16, offset and
/// length 48 each.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal readonly struct ReceiveDescriptor
{
    private const int LowBits = 48;
    private const ulong LowMask = (1UL << LowBits) - 1;

    private readonly ulong _offsetAndSegment;
    private readonly ulong _lengthAndSlot;

    public ReceiveDescriptor(long offset, uint segment, long length, uint slot)
    {
        _offsetAndSegment = (ulong)offset | ((ulong)segment << LowBits);
        _lengthAndSlot = (ulong)length | ((ulong)slot << LowBits);
    }

    public long Offset => (long)(_offsetAndSegment & LowMask);

    public uint Segment => (uint)(_offsetAndSegment >> LowBits);

    public long Length => (long)(_lengthAndSlot & LowMask);

    public uint Slot => (uint)(_lengthAndSlot >> LowBits);
}
