using System.Runtime.InteropServices;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>A range of addresses of this process that nothing else is mapped into. Pieces are given to mappings that go over it.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed unsafe class AddressReservation : IDisposable
{
    private readonly SortedSet<(nint Start, nint End)> _left = [];

    private AddressReservation(nint start, long length)
    {
        Start = start;
        Length = length;
        _left.Add((start, start + (nint)length));
    }

    /// <summary>The first address.</summary>
    public nint Start { get; }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <summary>Reserves a range at a given place; null where something is mapped there or the place cannot be had.</summary>
    public static AddressReservation? TryReserve(nint start, long length)
    {
        nint address = Map(start, length, Libc.MAP_FIXED_NOREPLACE);
        if (address == Libc.MAP_FAILED)
        {
            return null;
        }

        if (address == start)
        {
            return new AddressReservation(start, length);
        }

        // A kernel before 4.17 takes the place as a mere wish.
        _ = Libc.Munmap((void*)address, (nuint)length);
        return null;
    }

    /// <summary>A place where the kernel would put so much, aligned; it may be taken again by the time it is reserved.</summary>
    /// <exception cref="UrmaException">There is no such room.</exception>
    public static nint FindPlace(long length, long alignment)
    {
        nint address = Map(0, length + alignment, 0);
        if (address == Libc.MAP_FAILED)
        {
            LinuxError.Throw($"find {length} bytes of free addresses", Marshal.GetLastPInvokeError());
        }

        _ = Libc.Munmap((void*)address, (nuint)(length + alignment));
        return (nint)((address + alignment - 1) & ~(alignment - 1));
    }

    /// <summary>A mapping has taken a piece's place and gives the addresses back itself.</summary>
    /// <param name="start">The first address, inside a piece that was not taken yet.</param>
    /// <param name="length">Bytes, whole pages.</param>
    public void Take(nint start, long length)
    {
        nint end = start + (nint)length;
        (nint Start, nint End) piece = _left.Single(p => p.Start <= start && end <= p.End);
        _left.Remove(piece);
        if (piece.Start < start)
        {
            _left.Add((piece.Start, start));
        }

        if (end < piece.End)
        {
            _left.Add((end, piece.End));
        }
    }

    /// <summary>Gives back what no mapping has taken.</summary>
    public void Dispose()
    {
        foreach ((nint start, nint end) in _left)
        {
            _ = Libc.Munmap((void*)start, (nuint)(end - start));
        }

        _left.Clear();
    }

    private static nint Map(nint start, long length, int flags) => Libc.Mmap(
        (void*)start, (nuint)length, Libc.PROT_NONE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE | flags, -1, 0);
}
