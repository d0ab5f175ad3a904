using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Urma.Net.Providers.Loopback;

namespace Urma.Net.Loopback.Tests.Properties;

/// <summary>Every range check agrees with arithmetic that cannot overflow.</summary>
public sealed class RangeProperties : IDisposable
{
    private static readonly Gen<(long Offset, long Length, long Limit)> Ranges =
        from offset in Property.Edgy
        from length in Property.Edgy
        from limit in Gen.OneOf(Property.Edgy.Where(limit => limit >= 0 && limit <= LoopbackLayout.MaxLength), Gen.Choose(0, 100).Select(i => (long)i))
        from near in Gen.Choose(0, 3)
        // Most random ranges are far outside: half of these are moved to the end, where one byte matters.
        select near switch
        {
            0 => (limit - Math.Min(limit, Math.Abs(length % 20)), Math.Abs(length % 20), limit),
            1 => (limit - Math.Min(limit, Math.Abs(length % 20)), Math.Abs(length % 20) + 1, limit),
            _ => (offset, length, limit),
        };

    private readonly UrmaContext _context = new LoopbackHarness().Open();

    [Fact]
    public unsafe void Remote_ranges() => Property.Holds(Ranges, range =>
    {
        using var table = new RemoteSegmentTable();
        uint epoch = 5;
        ulong token = table.Add(new RemoteSegmentTable.Entry
        {
            Length = range.Limit,
            Epoch = 5,
            EpochWord = &epoch,
            Access = SegmentAccess.Read | SegmentAccess.Write,
        });
        RemoteSegmentTable.Entry* Find(ulong presented, SegmentAccess need) =>
            RemoteSegmentTable.Find(table.Entries, table.Limit, new RemoteAddress((ulong)range.Offset, presented), range.Length, need);

        bool inside = IsInside(range.Offset, range.Length, range.Limit);
        Assert.Equal(inside, Find(token, SegmentAccess.Write) != null);
        Assert.True(Find(token, SegmentAccess.Atomic) == null);
        Assert.True(Find(token ^ (1UL << (int)((ulong)range.Offset % 64)), SegmentAccess.Read) == null);
        epoch = 6;
        Assert.True(Find(token, SegmentAccess.Read) == null);
    });

    [Fact]
    public unsafe void Local_ranges() => Property.Holds(Ranges, range =>
    {
        using var table = new LocalSegmentTable();
        const long Base = 0x7000_0000_0000;
        ulong token = table.Set(3, (byte*)Base, range.Limit, canReceive: true);
        bool Contains(ulong presented) =>
            LocalSegmentTable.Contains(table.Entries, new SegmentRange(unchecked((nint)(Base + range.Offset)), range.Length, presented));

        Assert.Equal(IsInside(range.Offset, range.Length, range.Limit), Contains(token));
        Assert.False(Contains(token ^ (1UL << (int)((ulong)range.Offset % 64))));
        table.Clear(3);
        Assert.False(Contains(token));
    });

    [Fact]
    public unsafe void Views_and_pieces() => Property.Holds(Ranges, range =>
    {
        bool inside = IsInside(range.Offset, range.Length, range.Limit);
        Assert.Equal(inside, Allows(() => new SegmentRange(0, range.Limit, 1).Slice(range.Offset, range.Length)));
        if (range.Length is >= 0 and <= int.MaxValue)
        {
            // Only the check is looked at; the memory is not touched.
            Assert.Equal(inside, Allows(() => new SegmentView((byte*)0x10000, range.Limit, true, null).Bytes(range.Offset, (int)range.Length)));
            Assert.Equal(inside, Allows(() => new SegmentView((byte*)0x10000, range.Limit, true, null).ReadOnlyBytes(range.Offset, (int)range.Length)));
        }
    });

    [Fact]
    public void Segments_and_imports()
    {
        const long Length = 1000;
        using Segment segment = _context.AllocateSegment(Length);
        using TargetSegment target = _context.ImportSegment(segment.Descriptor, segment.Token);
        Property.Holds(Ranges, range =>
        {
            bool inside = IsInside(range.Offset, range.Length, Length);
            Assert.Equal(inside, Allows(() => segment.Range(range.Offset, range.Length)));
            Assert.Equal(inside, Allows(() => target.At(range.Offset, range.Length)));
            Assert.Equal(inside, Allows(() =>
            {
                using SegmentView view = target.Map(range.Offset, range.Length);
            }));
            Assert.Equal(inside, Allows(() =>
            {
                using SegmentView view = segment.Map(range.Offset, range.Length);
            }));
        });
    }

    public void Dispose() => _context.Dispose();

    private static bool IsInside(long offset, long length, long limit) =>
        offset >= 0 && length >= 0 && (BigInteger)offset + length <= limit;

    private static bool Allows(Action check)
    {
        try
        {
            check();
            return true;
        }
        catch (ArgumentOutOfRangeException)
        {
            return false;
        }
    }
}
