using System.Runtime.InteropServices;

namespace Urma.Net.Messaging;

/// <summary>Read by the sending thread for each message, written now and then by whoever polls.</summary>
[StructLayout(LayoutKind.Explicit, Size = 384)]
internal struct CreditState
{
    /// <summary>How many messages may be sent in all, modulo 2³².</summary>
    [FieldOffset(128)]
    public uint Limit;

    /// <summary>Why nothing can be sent: bits of <see cref="SendBlocks"/>.</summary>
    [FieldOffset(132)]
    public int Blocks;

    /// <summary>Grows with everything a waiting sender may have waited for.</summary>
    [FieldOffset(136)]
    public int Progress;
}
