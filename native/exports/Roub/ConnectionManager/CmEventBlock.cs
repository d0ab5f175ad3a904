using System.Runtime.InteropServices;
using Urma.Net.Interop.Librdmacm;

namespace Urma.Net.Exports.Roub;

/// <summary>An event in memory: what the header says, then the private data that it points to.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CmEventBlock
{
    public rdma_cm_event Event;
    public CmFrame.PrivateBytes Private;
}
