using System.Runtime.InteropServices;

namespace Urma.Net.Collectives.Local;

/// <summary>What ranks tell each other before they reach into each other's buffers.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Announcement
{
    public BufferReference Send;
    public BufferReference Receive;
}
