using System.Runtime.CompilerServices;
using Urma.Net.Interop.Liburma;

namespace Urma.Net.Exports.Liburma;

/// <summary>
/// Scatter-gather entries in the engine's form. The engine's tokens stand in the handle of <c>urma_target_seg_t</c>, so nothing managed
/// is looked up; the engine checks token, range and rights, so a wrong entry ends in a completion, not in a wrong copy.
/// </summary>
internal static unsafe class Pieces
{
    /// <summary>Memory of this process. False without a segment, unless it is empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryLocal(urma_sge_t* piece, out SegmentRange range)
    {
        ulong token = piece->tseg == null ? 0 : piece->tseg->handle;
        range = new SegmentRange((nint)piece->addr, piece->len, token);
        return token != 0 || piece->len == 0;
    }

    /// <summary>Memory that is read while posting and need not be registered. False for NULL, unless it is empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryInline(urma_sge_t* piece, out SegmentRange range)
    {
        range = new SegmentRange((nint)piece->addr, piece->len, 0);
        return piece->addr != 0 || piece->len == 0;
    }

    /// <summary>A peer's memory. False without an import.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRemote(urma_sge_t* piece, out RemoteAddress address)
    {
        if (piece->tseg == null)
        {
            address = default;
            return false;
        }

        address = new RemoteAddress(piece->addr - piece->tseg->seg.ubva.va, piece->tseg->handle);
        return true;
    }
}
