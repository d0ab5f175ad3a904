using System.Runtime.InteropServices;

namespace Urma.Net.Providers.Loopback;

/// <summary>The receiver's own record of a posted receive. Never shared, so never doubted.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ReceiveSlot
{
    public const uint Free = 0;
    public const uint Posted = 1;

    public ulong UserContext;
    public SegmentRange Buffer;
    public long Length;
    public long Position;
    public uint State;

    /// <summary>The lane that holds it, once its position's claim word has been reused; otherwise 0.</summary>
    public uint Claimant;

    public int Pieces;
}
