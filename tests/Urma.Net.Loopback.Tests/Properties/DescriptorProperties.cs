using System.Runtime.CompilerServices;
using FsCheck;
using FsCheck.Fluent;
using Urma.Net.Providers.Loopback;

namespace Urma.Net.Loopback.Tests.Properties;

/// <summary>What travels comes back as it went, and what is damaged is refused.</summary>
public sealed class DescriptorProperties
{
    private static readonly Gen<Eid> Eids =
        from high in Property.Random64
        from low in Property.Random64
        select new Eid(high, low);

    private static readonly Gen<SegmentDescriptor> Segments =
        from eid in Eids
        from uasid in Gen.Choose(0, 0xFF_FFFF)
        from address in Property.Random64
        from length in Property.Edgy.Where(length => length >= 0)
        from access in Gen.Choose(0, 15)
        from token in Property.Random32
        from generation in Property.Random32
        select new SegmentDescriptor(eid, (uint)uasid, address, length, (SegmentAccess)access, token, generation);

    private static readonly Gen<JettyDescriptor> Jetties =
        from eid in Eids
        from uasid in Gen.Choose(0, 0xFF_FFFF)
        from jetty in Property.Random32
        from jfr in Property.Random32
        select new JettyDescriptor(eid, (uint)uasid, jetty, jfr);

    [Fact]
    public void Segment_descriptors_come_back_whole() => Property.Holds(Segments, descriptor =>
    {
        byte[] bytes = descriptor.ToArray();
        Assert.Equal(SegmentDescriptor.Size, bytes.Length);
        Assert.Equal(descriptor, SegmentDescriptor.Read(bytes));
        Assert.Equal(descriptor, SegmentDescriptor.Read([.. bytes, 1, 2, 3]));
    });

    [Fact]
    public void Jetty_descriptors_come_back_whole() => Property.Holds(Jetties, descriptor =>
    {
        byte[] bytes = descriptor.ToArray();
        Assert.Equal(JettyDescriptor.Size, bytes.Length);
        Assert.Equal(descriptor, JettyDescriptor.Read(bytes));
    });

    [Fact]
    public void Cut_off_descriptors_are_refused() => Property.Holds(
        from segment in Segments
        from jetty in Jetties
        from cut in Gen.Choose(0, 200)
        select (segment, jetty, cut),
        values =>
        {
            byte[] segment = values.segment.ToArray();
            byte[] jetty = values.jetty.ToArray();
            AssertRefused(() => SegmentDescriptor.Read(segment.AsSpan(0, values.cut % SegmentDescriptor.Size)));
            AssertRefused(() => JettyDescriptor.Read(jetty.AsSpan(0, values.cut % JettyDescriptor.Size)));
        });

    [Fact]
    public void Descriptors_of_another_kind_or_version_are_refused() => Property.Holds(
        from segment in Segments
        from jetty in Jetties
        from place in Gen.Choose(0, 5)
        from flip in Gen.Choose(1, 255)
        select (segment, jetty, place, flip),
        values =>
        {
            byte[] segment = values.segment.ToArray();
            byte[] jetty = values.jetty.ToArray();
            AssertRefused(() => SegmentDescriptor.Read([.. jetty, .. new byte[64]]));
            AssertRefused(() => JettyDescriptor.Read(segment));
            // Magic and version.
            segment[values.place] ^= (byte)values.flip;
            jetty[values.place] ^= (byte)values.flip;
            AssertRefused(() => SegmentDescriptor.Read(segment));
            AssertRefused(() => JettyDescriptor.Read(jetty));
        });

    [Fact]
    public void Negative_lengths_are_refused() => Property.Holds(Segments, descriptor =>
    {
        byte[] bytes = (descriptor with { Length = long.MinValue | descriptor.Length }).ToArray();
        AssertRefused(() => SegmentDescriptor.Read(bytes));
    });

    [Fact]
    public void Random_bytes_do_not_pass() => Property.Holds(
        Property.Random64.ArrayOf(8), words =>
        {
            byte[] bytes = [.. words.SelectMany(BitConverter.GetBytes)];
            AssertRefused(() => SegmentDescriptor.Read(bytes));
            AssertRefused(() => JettyDescriptor.Read(bytes));
        });

    [Fact]
    public void Eids_come_back_from_text_and_bytes() => Property.Holds(Eids, eid =>
    {
        byte[] bytes = new byte[Eid.Size];
        eid.WriteTo(bytes);
        Assert.Equal(eid, new Eid(bytes));
        Assert.Equal(eid, Eid.Parse(eid.ToString()));
        Assert.Equal(eid.IsZero, eid == default);
    });

    [Fact]
    public void Completions_keep_what_was_packed() => Property.Holds(
        from user in Property.Random64
        from length in Property.Edgy.Select(value => value & ((1L << 48) - 1))
        from status in Gen.Choose(0, 16)
        from flags in Gen.Choose(0, 15)
        select (user, length, (CompletionStatus)status, (CompletionFlags)flags),
        values =>
        {
            (ulong user, long length, CompletionStatus status, CompletionFlags flags) = values;
            var completion = new Completion(user, length, status, flags);
            Assert.Equal((user, length, status, flags), (completion.UserContext, completion.ByteCount, completion.Status, completion.Flags));
            Assert.Equal(16, Unsafe.SizeOf<Completion>());
            // The shared form is the same packing, so that an entry becomes a completion without a conversion.
            (ulong, ulong) raw = Unsafe.BitCast<Completion, (ulong, ulong)>(completion);
            Assert.Equal((user, LaneEntry.Pack(length, status, flags)), raw);
        });

    [Fact]
    public void Receive_descriptors_keep_what_was_packed() => Property.Holds(
        from offset in Property.Edgy.Select(value => value & ((1L << 48) - 1))
        from length in Property.Edgy.Select(value => value & ((1L << 48) - 1))
        from segment in Gen.Choose(0, ushort.MaxValue)
        from slot in Gen.Choose(0, ushort.MaxValue)
        select (offset, length, (uint)segment, (uint)slot),
        values =>
        {
            var descriptor = new ReceiveDescriptor(values.offset, values.Item3, values.length, values.Item4);
            Assert.Equal(values, (descriptor.Offset, descriptor.Length, descriptor.Segment, descriptor.Slot));
        });

    private static void AssertRefused(Action read) =>
        Assert.Equal(UrmaStatus.InvalidArgument, Assert.Throws<UrmaException>(read).Status);
}
