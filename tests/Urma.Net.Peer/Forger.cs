using Urma.Net.Providers.Loopback;

namespace Urma.Net.Peer;

/// <summary>
/// Writes what looks right and is not: random bytes seldom pass the first check, so these pass it and try the next ones.
/// </summary>
internal static unsafe class Forger
{
    private const int SmallDepth = 64;

    private static readonly long[] Lengths = [0, 1, 8, 31, 32, 33, 63, 64, 65, 4095, 4096, 4097, 65535, 65536, 65537, 1L << 31, (1L << 47) - 1, (1L << 48) - 1];

    /// <summary>Forges one record in an area; false where there is none of a known form in it.</summary>
    public static bool TryForge(Random random, string area, byte* start, long length)
    {
        if (area.StartsWith("urma-lane", StringComparison.Ordinal))
        {
            ForgeEntry(random, start, length);
            return true;
        }

        if (area.StartsWith("urma-jfr", StringComparison.Ordinal))
        {
            ForgeReceive(random, start, length);
            return true;
        }

        return false;
    }

    // A completion with the sequence number the receiver waits for, about a receive that may well be posted.
    private static void ForgeEntry(Random random, byte* lane, long length)
    {
        int entries = (int)((length - LoopbackReceiveLane.EntriesOffset) / sizeof(LaneEntry));
        int index = random.Next(Math.Min(entries, SmallDepth));
        var entry = (LaneEntry*)(lane + LoopbackReceiveLane.EntriesOffset) + index;
        // In a queue that was filled once, position and slot are the index.
        entry->Position = (uint)(random.Next(4) == 0 ? random.Next(-2, SmallDepth) : index);
        entry->Slot = (ushort)(random.Next(4) == 0 ? random.Next() : index);
        entry->Result = (ulong)Lengths[random.Next(Lengths.Length)]
            | ((ulong)(random.Next(3) == 0 ? random.Next(256) : 0) << 48)
            | ((ulong)random.Next(256) << 56);
        entry->Opcode = (byte)(random.Next(4) == 0 ? random.Next(256) : random.Next(4));
        entry->IsInline = (byte)(random.Next(3) == 0 ? random.Next(256) : random.Next(2));
        if (random.Next(3) == 0)
        {
            PackEntry(random, entry, index);
        }

        Volatile.Write(ref entry->Sequence, (uint)(index + 1 + (random.Next(4) * entries)));
    }

    // Several messages in one entry: how many, how long and to which slots, each right or a little wrong.
    private static void PackEntry(Random random, LaneEntry* entry, int index)
    {
        entry->Opcode = LaneEntry.PackedOpcode;
        entry->Slot = (ushort)(random.Next(4) == 0 ? random.Next(1 << 16) : random.Next(7));
        entry->Result = (ulong)random.NextInt64() & (random.Next(2) == 0 ? 0x0F0F_0F0F : 0xFFFF_FFFF_3F3F_3F3F);
        entry->Value = 0;
        for (int i = 0; i < LaneEntry.MaxPacked; i++)
        {
            entry->Value |= (ulong)(ushort)(random.Next(8) == 0 ? random.Next() : index + i) << (16 * i);
        }
    }

    // A posted receive whose buffer is almost one that exists.
    private static void ForgeReceive(Random random, byte* page, long length)
    {
        int receives = (int)((length - LoopbackJfr.DescriptorsOffset) / sizeof(ReceiveDescriptor));
        var receive = (ReceiveDescriptor*)(page + LoopbackJfr.DescriptorsOffset) + random.Next(Math.Min(receives, SmallDepth));
        *receive = new ReceiveDescriptor(
            Lengths[random.Next(Lengths.Length)] & ((1L << 48) - 1),
            (uint)(random.Next(3) == 0 ? random.Next(1 << 16) : random.Next(16)),
            Lengths[random.Next(Lengths.Length)],
            (uint)random.Next(1 << 16));
        // As if more receives had been posted, so that senders go on.
        if (random.Next(8) == 0)
        {
            *(long*)(page + LoopbackJfr.TailOffset) += random.Next(0, 20);
        }
    }
}
