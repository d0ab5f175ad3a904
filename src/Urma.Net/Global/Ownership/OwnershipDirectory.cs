using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using Urma.Net.Internal;

namespace Urma.Net.Global;

/// <summary>
/// The shared directory of an ownership domain as this member sees it: typed places in it, every index checked against the
/// member's own copy of the layout. What is in them may be anything.
/// </summary>
internal sealed unsafe class OwnershipDirectory
{
    private const int NameLimit = 64;

    private readonly byte* _base;

    public OwnershipDirectory(byte* @base, DirectoryLayout layout)
    {
        _base = @base;
        Layout = layout;
        Granules = (GranuleRecord*)(@base + layout.GranulesOffset);
    }

    public DirectoryLayout Layout { get; }

    /// <summary>One record per granule.</summary>
    public GranuleRecord* Granules { get; }

    /// <summary>Whether the creator is still there; when it goes, this memory turns into private zeros.</summary>
    public bool IsAlive
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref *(ulong*)(_base + DirectoryLayout.MagicOffset)) == DirectoryLayout.Magic;
    }

    /// <summary>Who holds the order: its identity, and in the lower half member + 1; or 0.</summary>
    public ref ulong Order => ref *(ulong*)(_base + DirectoryLayout.OrderOffset);

    /// <summary>Members that have waited so long for the order that it must be handed to them.</summary>
    public ref ulong Hungry => ref *(ulong*)(_base + DirectoryLayout.OrderOffset + 8);

    /// <summary>
    /// Members with requests in the queue. Each sets its own bit inside the order and clears it whenever it likes; whoever takes
    /// back what a dead one had clears that one's.
    /// </summary>
    public ref ulong Queued => ref *(ulong*)(_base + DirectoryLayout.OrderOffset + 16);

    /// <summary>Counts releases of the order while somebody sleeps until one.</summary>
    public int* OrderSignal => (int*)(_base + DirectoryLayout.OrderSleepOffset);

    /// <summary>How many sleep until the order is released; a hint that can be wrong after a death.</summary>
    public int* OrderSleepers => (int*)(_base + DirectoryLayout.OrderSleepOffset + 4);

    /// <summary>The next ticket of a queued request.</summary>
    public ref ulong Ticket => ref *(ulong*)(_base + DirectoryLayout.TicketOffset);

    /// <summary>The places that have a member.</summary>
    public ulong JoinedMembers
    {
        get
        {
            ulong members = 0;
            for (int i = 0; i < DirectoryLayout.MaxMembers; i++)
            {
                members |= MemberRecord.IsJoined(Volatile.Read(ref Member(i).Identity)) ? 1ul << i : 0;
            }

            return members;
        }
    }

    private ref int RegionCount => ref *(int*)(_base + DirectoryLayout.RegionCountOffset);

    private ref int UsedGranules => ref *(int*)(_base + DirectoryLayout.RegionCountOffset + 4);

    /// <summary>What a member shows of itself, and the words others wake it with.</summary>
    public MemberRecord Member(int member) => new(_base + DirectoryLayout.MembersOffset + (member * DirectoryLayout.MemberSize));

    /// <summary>A place where a member shows a request that waits.</summary>
    public RequestSlot Slot(int member, int slot) => new(
        _base + Layout.SlotsOffset + ((((long)member * DirectoryLayout.SlotsPerMember) + slot) * Layout.SlotSize), Layout);

    /// <summary>With page protection: the members whose mapping of a granule is readable, and behind it those whose is writable.</summary>
    public ulong* Exposure(int granule) => (ulong*)(_base + Layout.ExposuresOffset) + (2L * granule);

    /// <summary>Writes the creator's part; the magic last, so that nobody believes half of it.</summary>
    public void Initialize(Segment data)
    {
        Layout.WriteTo(new Span<byte>(_base, DirectoryLayout.OrderOffset));
        var where = new Span<byte>(_base + DirectoryLayout.DataOffset, SegmentDescriptor.Size + 8);
        data.Descriptor.WriteTo(where);
        BinaryPrimitives.WriteUInt64LittleEndian(where[SegmentDescriptor.Size..], data.Token.Value);
        Volatile.Write(ref *(ulong*)(_base + DirectoryLayout.MagicOffset), DirectoryLayout.Magic);
    }

    /// <summary>Where the regions' bytes are.</summary>
    public SegmentDescriptor ReadData(out Token token)
    {
        var where = new ReadOnlySpan<byte>(_base + DirectoryLayout.DataOffset, SegmentDescriptor.Size + 8);
        token = new Token((uint)BinaryPrimitives.ReadUInt64LittleEndian(where[SegmentDescriptor.Size..]));
        return SegmentDescriptor.Read(where);
    }

    /// <summary>Takes the next granules for a region. Only while holding the order.</summary>
    /// <exception cref="UrmaException">The name is taken, or there is no room.</exception>
    public int AddRegion(string name, long length)
    {
        int count = Math.Clamp(RegionCount, 0, Layout.MaxRegions);
        int used = Math.Clamp(UsedGranules, 0, Layout.GranuleCount);
        if (FindRegion(name, out _) >= 0)
        {
            throw new UrmaException(UrmaStatus.Exists, $"The domain has a region '{name}' already: open it.");
        }

        long granules = (length + Layout.GranuleSize - 1) / Layout.GranuleSize;
        if (count == Layout.MaxRegions || granules > Layout.GranuleCount - used)
        {
            throw new UrmaException(
                UrmaStatus.OutOfMemory,
                $"No room for region '{name}' of {length} bytes: {count} of {Layout.MaxRegions} regions and {used * Layout.GranuleSize} of {Layout.Capacity} bytes are used. Create the domain with more.");
        }

        byte* region = Region(count);
        var bytes = new Span<byte>(region, NameLimit);
        bytes.Clear();
        Encoding.ASCII.GetBytes(name, bytes);
        *(long*)(region + NameLimit) = length;
        *(int*)(region + NameLimit + 8) = used;

        // The room is taken before the region shows: dying in between wastes it and breaks nothing.
        Volatile.Write(ref UsedGranules, used + (int)granules);
        if (CrashPoints.Enabled)
        {
            CrashPoints.Reach(CrashPoints.OwnershipRegion);
        }

        Volatile.Write(ref RegionCount, count + 1);
        return used;
    }

    /// <summary>The first granule of a region, or -1.</summary>
    public int FindRegion(string name, out long length)
    {
        Span<byte> wanted = stackalloc byte[NameLimit];
        wanted.Clear();
        Encoding.ASCII.GetBytes(name, wanted);
        int count = Math.Clamp(Volatile.Read(ref RegionCount), 0, Layout.MaxRegions);
        for (int i = 0; i < count; i++)
        {
            byte* region = Region(i);
            if (!wanted.SequenceEqual(new ReadOnlySpan<byte>(region, NameLimit)))
            {
                continue;
            }

            length = *(long*)(region + NameLimit);
            int first = *(int*)(region + NameLimit + 8);
            if (length <= 0 || length > Layout.Capacity || first < 0 || first > Layout.GranuleCount
                || length > (Layout.GranuleCount - first) * Layout.GranuleSize)
            {
                throw new UrmaException(UrmaStatus.Failed, $"The directory's entry of region '{name}' is damaged: somebody wrote over it.");
            }

            return first;
        }

        length = 0;
        return -1;
    }

    private byte* Region(int index) => _base + Layout.RegionsOffset + ((long)index * DirectoryLayout.RegionSize);
}
