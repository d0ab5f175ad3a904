using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback;

/// <summary>
/// Orders "arm, then look once more" of a poller against "publish, then see whether armed" of a writer. The writer's side is
/// free where the kernel can run the barrier for it; otherwise writers fence, and are told so when their lane is opened.
/// </summary>
internal static class LoopbackBarrier
{
    /// <summary>Whether this process takes part in barriers that others ask the kernel for.</summary>
    public static bool IsRegistered { get; } = MemoryBarriers.RegisterSelf();

    public static void Heavy()
    {
        if (!IsRegistered || !MemoryBarriers.HeavyGlobal())
        {
            MemoryBarriers.HeavyProcess();
        }
    }
}
