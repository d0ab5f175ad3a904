namespace Urma.Net.Exports.Roub;

/// <summary>What is refused when something is created, because no device of ours has it.</summary>
internal static class RoubDeviceLimits
{
    public static void CheckReceive(uint depth, uint maxSge)
    {
        Check(depth <= RoubDevice.MaxWorkRequests, $"{depth} receives cannot be posted at a time: {RoubDevice.MaxWorkRequests} is the most (max_qp_wr, max_srq_wr).");
        Check(maxSge <= RoubDevice.MaxReceiveSge, $"A receive of {maxSge} elements cannot be: {RoubDevice.MaxReceiveSge} is the most.");
    }

    public static void CheckSend(uint depth, uint maxSge, uint inline)
    {
        Check(depth <= RoubDevice.MaxWorkRequests, $"{depth} requests cannot be posted at a time: {RoubDevice.MaxWorkRequests} is the most (max_qp_wr).");
        Check(maxSge <= RoubDevice.MaxSendSge, $"A request of {maxSge} elements cannot be: {RoubDevice.MaxSendSge} is the most.");
        Check(inline <= RoubDevice.MaxInline, $"{inline} bytes inline cannot be: {RoubDevice.MaxInline} is the most.");
    }

    private static void Check(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new RefusedException(Errno.EINVAL, otherwise);
        }
    }
}
