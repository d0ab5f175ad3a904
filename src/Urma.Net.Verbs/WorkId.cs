using System.Runtime.CompilerServices;

namespace Urma.Net.Verbs;

/// <summary>
/// What a request tells its completion (<c>wr_id</c>): for a receive its queue and slot, for other work its lane, which of the lane's
/// queue pairs carried it, and its position. A failed completion of verbs does not even say whether it was a receive.
/// </summary>
internal static class WorkId
{
    /// <summary>Lanes, and receive queues, that a context may have.</summary>
    public const int MaxObjects = 1 << ObjectBits;

    private const int ObjectBits = 20;
    private const int EpochBits = 11;
    private const ulong Receive = 1ul << 63;

    public static ulong OfLane(int lane, int epoch, uint position) =>
        ((ulong)(uint)lane << (32 + EpochBits)) | ((ulong)((uint)epoch & ((1 << EpochBits) - 1)) << 32) | position;

    public static ulong OfReceive(int queue, uint slot) => Receive | ((ulong)(uint)queue << 32) | slot;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsReceive(ulong id) => (id & Receive) != 0;

    /// <summary>The lane of work that is no receive.</summary>
    public static int Lane(ulong id) => (int)(id >> (32 + EpochBits));

    /// <summary>Whether work that is no receive was given to the lane's queue pair of that number.</summary>
    public static bool IsOfEpoch(ulong id, int epoch) => (((uint)(id >> 32) ^ (uint)epoch) & ((1 << EpochBits) - 1)) == 0;

    public static uint Position(ulong id) => (uint)id;

    /// <summary>The queue of a receive.</summary>
    public static int ReceiveQueue(ulong id) => (int)((id >> 32) & (MaxObjects - 1));

    /// <summary>The slot of a receive.</summary>
    public static uint Slot(ulong id) => (uint)id;
}
