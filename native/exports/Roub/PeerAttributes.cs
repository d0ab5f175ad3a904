using Urma.Net.Interop.Libibverbs;

namespace Urma.Net.Exports.Roub;

/// <summary>What a QP says of itself to whoever connects to it, packed into 64 bits.</summary>
internal static class PeerAttributes
{
    private const int RnrShift = 8;
    private const int NumberShift = 32;

    /// <summary>Of a connected QP.</summary>
    /// <param name="access">What its peer may do.</param>
    /// <param name="rnrTimer">How long the peer waits when no receive is posted; <see cref="RnrTimers"/>.</param>
    /// <param name="domain">The number of its protection domain.</param>
    public static ulong Connected(uint access, byte rnrTimer, uint domain) => (byte)access | ((ulong)rnrTimer << RnrShift) | ((ulong)domain << NumberShift);

    /// <summary>Of a datagram QP.</summary>
    public static ulong Datagram(uint queueKey) => (ulong)queueKey << NumberShift;

    public static ibv_access_flags AccessOf(ulong attributes) => (ibv_access_flags)(byte)attributes;

    public static byte RnrTimerOf(ulong attributes) => (byte)(attributes >> RnrShift);

    public static uint DomainOf(ulong attributes) => (uint)(attributes >> NumberShift);

    public static uint QueueKeyOf(ulong attributes) => (uint)(attributes >> NumberShift);
}
