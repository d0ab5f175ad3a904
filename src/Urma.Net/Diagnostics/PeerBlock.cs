using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace Urma.Net.Diagnostics;

/// <summary>What an engine says of another one, in memory that other processes may read.</summary>
[StructLayout(LayoutKind.Sequential, Size = Length)]
internal unsafe struct PeerBlock
{
    public const int Length = 128;
    public const int LabelLength = 64;

    /// <summary>0 free, else one more than the <see cref="PeerState"/>.</summary>
    public uint Use;
    public uint Uasid;
    public ulong EidHigh;
    public ulong EidLow;

    /// <summary>Milliseconds since 1970.</summary>
    public long ConnectedAt;

    /// <summary>As that; 0 while it is connected.</summary>
    public long LostAt;
    public int ProcessId;

    /// <summary>Whether operations with it were timed.</summary>
    public uint IsTimed;

    /// <summary>UTF-8, ends with the first zero.</summary>
    public fixed byte Label[LabelLength];

    public void SetLabel(string label)
    {
        fixed (byte* bytes = Label)
        {
            var text = new Span<byte>(bytes, LabelLength);
            text.Clear();
            Utf8.FromUtf16(label, text[..^1], out _, out _);
        }
    }
}
