namespace Urma.Net.Verbs.Control;

/// <summary>How one queue pair is reached, and what its other end must know of it.</summary>
/// <param name="Number">The queue pair's number (24 bits).</param>
/// <param name="PacketSequence">The first packet it sends (24 bits).</param>
/// <param name="Gid">The port's GID; zero where the link layer has none.</param>
/// <param name="Lid">The port's LID; 0 on Ethernet.</param>
/// <param name="Port">The port's number, from 1.</param>
/// <param name="Mtu">The port's active MTU, as verbs counts: 1 is 256 bytes, 5 is 4096.</param>
/// <param name="MaxReadAtomic">Reads and atomics it may have under way (<c>max_rd_atomic</c>).</param>
/// <param name="MaxDestinationReadAtomic">Reads and atomics it answers at a time (<c>max_dest_rd_atomic</c>).</param>
/// <param name="MinRnrTimer">How long it makes a sender wait that found no receive, as verbs counts, 0 to 31.</param>
internal readonly record struct QueuePairAddress(
    uint Number,
    uint PacketSequence,
    Eid Gid,
    ushort Lid,
    byte Port,
    byte Mtu,
    byte MaxReadAtomic,
    byte MaxDestinationReadAtomic,
    byte MinRnrTimer) : IControlRecord<QueuePairAddress>
{
    public const uint Maximum24Bits = 0xFF_FFFF;

    public void Write(ref RecordWriter writer)
    {
        writer.UInt32(Number);
        writer.UInt32(PacketSequence);
        writer.Eid(Gid);
        writer.UInt16(Lid);
        writer.Byte(Port);
        writer.Byte(Mtu);
        writer.Byte(MaxReadAtomic);
        writer.Byte(MaxDestinationReadAtomic);
        writer.Byte(MinRnrTimer);
    }

    public static QueuePairAddress Read(ref RecordReader reader)
    {
        var address = new QueuePairAddress(
            reader.UInt32(),
            reader.UInt32(),
            reader.Eid(),
            reader.UInt16(),
            reader.Byte(),
            reader.Byte(),
            reader.Byte(),
            reader.Byte(),
            reader.Byte());
        reader.Require(address.Number <= Maximum24Bits && address.PacketSequence <= Maximum24Bits);
        reader.Require(address.Port != 0 && address.Mtu is >= 1 and <= 5 && address.MinRnrTimer <= 31);
        return address;
    }
}
