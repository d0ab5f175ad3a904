using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Urma.Net.Internal;

/// <summary>
/// A lease whose accesses go over a modelled link. Its view says that it has no bytes, so that the bounds check every access makes
/// anyway leads here, and views without a model pay nothing.
/// </summary>
internal sealed unsafe class DelayedLease(ISegmentLease? lease, FabricLink link, long length, bool writable) : ISegmentLease
{
    public long Length => length;

    public bool AllowsUndelayed => link.AllowsUndelayedViews;

    public bool IsRevoked => lease is { IsRevoked: true };

    public void Release() => lease?.Release();

    /// <summary>Checks an access as the view would, and delays it if it is an ordered one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public byte* Access(byte* start, long offset, long size, bool write, bool isOrdered)
    {
        if ((ulong)offset > (ulong)length || (ulong)size > (ulong)(length - offset))
        {
            ThrowHelper.OutOfRange(offset, size, length);
        }

        if (write && !writable)
        {
            ThrowHelper.ReadOnly();
        }

        if (isOrdered)
        {
            if (Sse.IsSupported)
            {
                // So that the machine's own way to the memory is not added to the modelled one.
                Sse.Prefetch0(start + offset);
            }

            link.Delay(size, inbound: !write);
        }
        else if (!link.AllowsUndelayedViews)
        {
            ThrowHelper.Undelayed();
        }

        return start + offset;
    }
}
