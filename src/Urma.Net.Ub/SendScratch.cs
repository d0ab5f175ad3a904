using System.Runtime.InteropServices;
using Urma.Net.Interop.Liburma;

namespace Urma.Net.Ub;

/// <summary>Room of a send queue for the native form of what one call posts. One thread posts at a time.</summary>
internal sealed unsafe class SendScratch
{
    /// <summary>Requests that go to the library in one call.</summary>
    public const int Requests = 16;

    /// <summary>Most local elements of a request.</summary>
    public const int MaxSge = 16;

    // A place, and for write-notify the notify word.
    private const int RemoteSge = 2;

    private byte* _memory = (byte*)NativeMemory.AlignedAlloc((nuint)(Requests * (sizeof(urma_jfs_wr_t) + ((MaxSge + RemoteSge) * sizeof(urma_sge_t)))), 64);

    /// <summary>The request of a number.</summary>
    public urma_jfs_wr_t* Request(int index) => (urma_jfs_wr_t*)_memory + index;

    /// <summary>Its local elements.</summary>
    public urma_sge_t* Local(int index) => Elements(index) + RemoteSge;

    /// <summary>Its remote elements.</summary>
    public urma_sge_t* Remote(int index) => Elements(index);

    public void Free()
    {
        NativeMemory.AlignedFree(_memory);
        _memory = null;
    }

    private urma_sge_t* Elements(int index) =>
        (urma_sge_t*)(_memory + (Requests * sizeof(urma_jfs_wr_t))) + (index * (MaxSge + RemoteSge));
}
