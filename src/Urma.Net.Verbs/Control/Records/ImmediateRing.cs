namespace Urma.Net.Verbs.Control;

/// <summary>
/// Where the receiving end of a lane takes immediates from that do not fit into the 31 bits that are left of verbs' 32: the sender
/// writes the value into the next of these words and sends the word's number.
/// </summary>
/// <param name="Address">The first word, in the receiver's address space.</param>
/// <param name="RemoteKey">By which the device knows the words.</param>
/// <param name="Count">How many: a power of two, more than the receiver can have unread; 0 where no message is received.</param>
internal readonly record struct ImmediateRing(ulong Address, uint RemoteKey, uint Count) : IControlRecord<ImmediateRing>
{
    private const uint Maximum = 1 << 30;

    public void Write(ref RecordWriter writer)
    {
        writer.UInt64(Address);
        writer.UInt32(RemoteKey);
        writer.UInt32(Count);
    }

    public static ImmediateRing Read(ref RecordReader reader)
    {
        var ring = new ImmediateRing(reader.UInt64(), reader.UInt32(), reader.UInt32());
        reader.Require(ring.Count <= Maximum && (ring.Count & (ring.Count - 1)) == 0);
        return ring;
    }
}
