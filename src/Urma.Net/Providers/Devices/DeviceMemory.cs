using Urma.Net.Internal;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Providers.Devices;

/// <summary>Where a segment's bytes are.</summary>
/// <param name="Address">The first.</param>
/// <param name="MappedLength">Bytes to unmap in the end; 0 for memory of the user's.</param>
internal readonly unsafe record struct DeviceMemory(nint Address, long MappedLength)
{
    /// <summary>Zeroed memory of this process alone, and what is made of it.</summary>
    /// <param name="length">Bytes, 0 or more.</param>
    /// <param name="options">Where, if that matters.</param>
    /// <param name="make">Makes it; where that fails, the memory goes again.</param>
    /// <exception cref="UrmaException">There is not so much.</exception>
    public static T Allocate<T>(long length, SegmentOptions options, Func<DeviceMemory, T> make)
    {
        long mapped = Math.Max(PageSize.RoundUp(length, PageSize.Bytes), PageSize.Bytes);
        nint address = Libc.Mmap(
            (void*)options.FixedAddress,
            (nuint)mapped,
            Libc.PROT_READ | Libc.PROT_WRITE,
            Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | (options.FixedAddress == 0 ? 0 : Libc.MAP_FIXED),
            -1,
            0);
        if (address == Libc.MAP_FAILED)
        {
            LinuxError.ThrowLast($"allocate {length} bytes");
        }

        var memory = new DeviceMemory(address, mapped);
        try
        {
            return make(memory);
        }
        catch
        {
            memory.Free();
            throw;
        }
    }

    /// <summary>Gives it back where it is ours.</summary>
    public void Free()
    {
        if (MappedLength != 0)
        {
            _ = Libc.Munmap((void*)Address, (nuint)MappedLength);
        }
    }
}
