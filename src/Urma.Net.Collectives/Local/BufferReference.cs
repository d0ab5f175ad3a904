using System.Runtime.InteropServices;

namespace Urma.Net.Collectives.Local;

/// <summary>Where a buffer of a call lies, in the words of its rank: a registered buffer and an offset.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BufferReference
{
    /// <summary>The buffer is not registered, so only its owner can reach it.</summary>
    public const long Unregistered = -1;

    /// <summary>Nobody reaches into the buffer in this call.</summary>
    public const long NotNeeded = 0;

    public long Id;
    public long Offset;

    public readonly bool IsReachable => Id != Unregistered;
}
