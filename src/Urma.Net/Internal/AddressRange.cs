namespace Urma.Net.Internal;

/// <summary>A half-open range of this process's addresses.</summary>
/// <param name="Start">The first address.</param>
/// <param name="End">The first address behind it.</param>
internal readonly record struct AddressRange(ulong Start, ulong End)
{
    /// <summary>Bytes in the range.</summary>
    internal long Length => (long)(End - Start);

    /// <summary>The range of a pointer and a length.</summary>
    /// <exception cref="UrmaException">It is empty, wraps around, or no process can have it.</exception>
    internal static unsafe AddressRange Of(void* address, long length)
    {
        ulong start = (ulong)address;
        if (length is <= 0 or > PageSize.MaximumLength || start == 0 || start + (ulong)length < start)
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument,
                $"No process has {length} bytes at address 0x{start:x}: give the address and length of memory you own.");
        }

        return new AddressRange(start, start + (ulong)length);
    }

    /// <summary>All pages the range touches.</summary>
    internal AddressRange OuterPages() => new(
        Start & ~(ulong)(PageSize.Bytes - 1),
        (End + (ulong)PageSize.Bytes - 1) & ~(ulong)(PageSize.Bytes - 1));

    /// <summary>Only the pages the range covers entirely; may be empty (its length is then zero or negative).</summary>
    internal AddressRange InnerPages() => new(
        (Start + (ulong)PageSize.Bytes - 1) & ~(ulong)(PageSize.Bytes - 1),
        End & ~(ulong)(PageSize.Bytes - 1));

    /// <summary>Whether an address lies inside.</summary>
    internal bool Contains(ulong address) => address >= Start && address < End;
}
