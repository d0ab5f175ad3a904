using System.Runtime.InteropServices;
using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>A QP in memory: what the header says, then what the front keeps (<c>front_qp</c>).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct QpBlock
{
    public ibv_qp_ex Qp;
    public void* Builder;
}
