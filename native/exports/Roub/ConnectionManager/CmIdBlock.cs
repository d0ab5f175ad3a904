using System.Runtime.InteropServices;
using Urma.Net.Interop.Librdmacm;

namespace Urma.Net.Exports.Roub;

/// <summary>An id in memory: what the header says, then what the front keeps (<c>front_id</c>).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CmIdBlock
{
    public rdma_cm_id Id;

    /// <summary>What the front makes queues of requests of.</summary>
    public void* RequestAttributes;

    /// <summary>Whether the channel is the id's own, and calls wait for what they cause.</summary>
    public int IsSync;
}
