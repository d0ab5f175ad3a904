namespace Urma.Net.Verbs.Control;

/// <summary>What a segment's importer needs.</summary>
/// <param name="Address">Where it begins in the owner's address space.</param>
/// <param name="Length">Bytes.</param>
/// <param name="RemoteKey">What the device wants to see (<c>rkey</c>).</param>
/// <param name="Access">What the importer may do.</param>
/// <param name="Generation">The grant's number: <see cref="RevokeRequest"/> names it.</param>
internal readonly record struct ImportSegmentAnswer(ulong Address, long Length, uint RemoteKey, SegmentAccess Access, uint Generation)
    : IControlRecord<ImportSegmentAnswer>
{
    private const SegmentAccess Known = SegmentAccess.LocalOnly | SegmentAccess.All;

    public void Write(ref RecordWriter writer)
    {
        writer.UInt64(Address);
        writer.UInt64((ulong)Length);
        writer.UInt32(RemoteKey);
        writer.UInt32((uint)Access);
        writer.UInt32(Generation);
    }

    public static ImportSegmentAnswer Read(ref RecordReader reader)
    {
        ulong address = reader.UInt64();
        ulong length = reader.UInt64();
        uint key = reader.UInt32();
        var access = (SegmentAccess)reader.UInt32();
        reader.Require(length <= long.MaxValue && address <= ulong.MaxValue - length && (access & ~Known) == 0);
        return new ImportSegmentAnswer(address, (long)length, key, access, reader.UInt32());
    }
}
