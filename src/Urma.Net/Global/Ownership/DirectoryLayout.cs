using System.Buffers.Binary;
using System.Numerics;
using Urma.Net.Internal;

namespace Urma.Net.Global;

/// <summary>
/// Where everything lies in the directory of an ownership domain. Written into its first bytes by the creator; each member reads
/// and checks it once, when it joins, and believes only its own copy from then on.
/// </summary>
internal sealed record DirectoryLayout(long GranuleSize, int GranuleCount, int MaxRegions, int MaxRanges, OwnershipEnforcement Enforcement)
{
    public const int MaxMembers = 64;
    public const int SlotsPerMember = 8;
    public const int MaxGranules = 1 << 30;

    // The header: what never changes.
    public const int MagicOffset = 0;
    public const int DataOffset = 64;

    // Lines that several members write: 128 bytes apart.
    public const int OrderOffset = 256;
    public const int OrderSleepOffset = 384;
    public const int TicketOffset = 512;
    public const int RegionCountOffset = 768;
    public const int MembersOffset = 4096;

    public const int MemberSize = 1024;
    public const int RegionSize = 128;
    public const int SlotHeaderSize = 128;

    /// <summary>"URMAOWN" and a version; gone when the creator is, because the memory then shows zeros.</summary>
    public const ulong Magic = 0x014E_574F_414D_5255;

    private const int ConfigurationOffset = 8;

    public int SlotSize => SlotHeaderSize + (MaxRanges * GranuleRun.Size);

    public long RegionsOffset => MembersOffset + (MaxMembers * MemberSize);

    public long SlotsOffset => RegionsOffset + ((long)MaxRegions * RegionSize);

    public long GranulesOffset => SlotsOffset + ((long)MaxMembers * SlotsPerMember * SlotSize);

    /// <summary>Two masks per granule with page protection: whose mapping is readable, whose is writable.</summary>
    public long ExposuresOffset => GranulesOffset + ((long)GranuleCount * GranuleRecord.Size);

    public long Length => ExposuresOffset + (Enforcement == OwnershipEnforcement.PageProtection ? (long)GranuleCount * 16 : 0);

    public long Capacity => GranuleSize * GranuleCount;

    public static DirectoryLayout From(OwnershipDomainOptions options)
    {
        long smallest = options.Enforcement == OwnershipEnforcement.PageProtection ? PageSize.Bytes : 64;
        if (!BitOperations.IsPow2(options.GranuleSize) || options.GranuleSize < smallest)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), options.GranuleSize, $"GranuleSize must be a power of two of at least {smallest} with {options.Enforcement}.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(options.Capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Capacity, (long)MaxGranules * options.GranuleSize);
        var layout = new DirectoryLayout(
            options.GranuleSize,
            (int)((options.Capacity + options.GranuleSize - 1) / options.GranuleSize),
            options.MaxRegions,
            options.MaxRanges,
            options.Enforcement);
        return layout.IsSound
            ? layout
            : throw new ArgumentOutOfRangeException(nameof(options), $"MaxRegions {options.MaxRegions} and MaxRanges {options.MaxRanges} must lie between 1 and 65,536.");
    }

    public void WriteTo(Span<byte> header)
    {
        BinaryPrimitives.WriteInt64LittleEndian(header[ConfigurationOffset..], GranuleSize);
        BinaryPrimitives.WriteInt32LittleEndian(header[(ConfigurationOffset + 8)..], GranuleCount);
        BinaryPrimitives.WriteInt32LittleEndian(header[(ConfigurationOffset + 12)..], MaxRegions);
        BinaryPrimitives.WriteInt32LittleEndian(header[(ConfigurationOffset + 16)..], MaxRanges);
        BinaryPrimitives.WriteInt32LittleEndian(header[(ConfigurationOffset + 20)..], (int)Enforcement);
    }

    /// <summary>Reads what a creator wrote.</summary>
    /// <param name="header">The directory's first bytes.</param>
    /// <param name="length">The length of the directory.</param>
    /// <exception cref="UrmaException">It is of another version or damaged.</exception>
    public static DirectoryLayout Read(ReadOnlySpan<byte> header, long length)
    {
        ulong magic = BinaryPrimitives.ReadUInt64LittleEndian(header[MagicOffset..]);
        if (magic != Magic)
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument,
                magic << 8 == Magic << 8
                    ? $"The ownership domain's directory has version {magic >> 56}, this library {Magic >> 56}: run all members on one."
                    : "This is no directory of an ownership domain, or it is damaged.");
        }

        var layout = new DirectoryLayout(
            BinaryPrimitives.ReadInt64LittleEndian(header[ConfigurationOffset..]),
            BinaryPrimitives.ReadInt32LittleEndian(header[(ConfigurationOffset + 8)..]),
            BinaryPrimitives.ReadInt32LittleEndian(header[(ConfigurationOffset + 12)..]),
            BinaryPrimitives.ReadInt32LittleEndian(header[(ConfigurationOffset + 16)..]),
            (OwnershipEnforcement)BinaryPrimitives.ReadInt32LittleEndian(header[(ConfigurationOffset + 20)..]));
        return layout.IsSound && layout.Length == length
            ? layout
            : throw new UrmaException(UrmaStatus.InvalidArgument, "The ownership domain's directory is damaged: its sizes do not fit its length.");
    }

    private bool IsSound =>
        BitOperations.IsPow2(GranuleSize) && GranuleSize is >= 64 and <= 1 << 30
        && GranuleCount is >= 1 and <= MaxGranules
        && MaxRegions is >= 1 and <= 65_536
        && MaxRanges is >= 1 and <= 65_536
        && Enforcement is OwnershipEnforcement.Checked or OwnershipEnforcement.PageProtection
        && (Enforcement == OwnershipEnforcement.Checked || GranuleSize % PageSize.Bytes == 0);
}
