using System.Runtime.InteropServices;

namespace Urma.Net.Collectives.Local;

/// <summary>A registered buffer, as its rank's arena names it to the others.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct BufferEntry
{
    public const int Spacing = 128;

    /// <summary>Number of the buffer: 0 while free, otherwise index and how often the entry was used. Written last, with release.</summary>
    public long Id;

    public uint Token;
    public uint Reserved;

    /// <summary>A <see cref="SegmentDescriptor"/>.</summary>
    public fixed byte Descriptor[64];
}
