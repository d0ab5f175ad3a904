using System.Runtime.InteropServices;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>A CQ in memory: what the header says, then what the front keeps (<c>front_cq</c>).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CqBlock
{
    public ibv_cq_ex Cq;
    public void* Polling;
}
