using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Urma.Net.Exports.Roub;

/// <summary>A message between two connection managers: one frame of a Unix socket, always of this size. Every value of it may come from anybody.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CmFrame
{
    /// <summary>The most private data that any kind carries, in bytes.</summary>
    public const int MaxPrivate = 224;

    private const uint Signature = 0x314d_4355;

    public CmAddress Source;
    public CmAddress Destination;
    public ulong GidPrefix;
    public ulong GidInterface;
    public uint Status;
    public uint QueuePair;
    public uint QueueKey;
    public CmFrameKind Kind;
    public byte ResponderResources;
    public byte InitiatorDepth;
    public byte FlowControl;
    public byte RetryCount;
    public byte RnrRetryCount;
    public byte IsShared;
    public PrivateBytes Private;
    private uint _signature;

    public CmFrame(CmFrameKind kind)
    {
        Kind = kind;
        _signature = Signature;
    }

    /// <summary>How long the frames are, in bytes.</summary>
    public static int Size => sizeof(CmFrame);

    /// <summary>How much private data a kind carries; programs see all of it, zeros behind what was given, as on InfiniBand.</summary>
    public static byte RoomOf(CmFrameKind kind) => kind switch
    {
        CmFrameKind.Request => 56,
        CmFrameKind.Reply => 196,
        CmFrameKind.Reject => 148,
        CmFrameKind.ServiceRequest => 180,
        CmFrameKind.ServiceReply => 136,
        _ => 0,
    };

    /// <summary>Reads a frame; false where the bytes are none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out CmFrame frame)
    {
        frame = bytes.Length == sizeof(CmFrame) ? MemoryMarshal.Read<CmFrame>(bytes) : default;
        return frame._signature == Signature && frame.Source.IsWellFormed && frame.Destination.IsWellFormed;
    }

    /// <summary>Takes a program's private data over.</summary>
    /// <exception cref="RefusedException">It is longer than the kind carries.</exception>
    public void SetPrivate(void* data, byte length)
    {
        if (length > RoomOf(Kind))
        {
            throw new RefusedException(Errno.EINVAL, $"{length} bytes of private data do not fit: a message of this kind ({Kind}) carries {RoomOf(Kind)}.");
        }

        if (data != null)
        {
            new ReadOnlySpan<byte>(data, length).CopyTo(Private);
        }
    }

    [InlineArray(MaxPrivate)]
    public struct PrivateBytes
    {
        private byte _first;
    }
}
