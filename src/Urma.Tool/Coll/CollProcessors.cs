using Urma.Net.Measurement;

namespace Urma.Net.Tool.Coll;

/// <summary>Which processor each rank of this host is bound to.</summary>
internal static class CollProcessors
{
    /// <summary>One for each rank.</summary>
    /// <returns>Null where there are more ranks than processors, or ranks are not to be bound.</returns>
    public static int[]? Of(CollRequest request)
    {
        // Asked of the process, not of this thread, which may be bound already.
        int[] allowed = Allowed.Value;
        return request.Pin && request.Ranks <= allowed.Length ? allowed[..request.Ranks] : null;
    }

    private static readonly Lazy<int[]> Allowed = new(CpuPinning.GetAllowedProcessors);
}
