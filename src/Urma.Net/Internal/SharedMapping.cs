using System.Runtime.InteropServices;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>
/// A mapping of a <see cref="MemoryFile"/> into this process. It outlives the file's descriptor and is not inherited
/// by a forked child.
/// </summary>
/// <remarks>
/// There is no finalizer: raw pointers into the range are handed out, so only its owner can know when unmapping is
/// safe. One thread at a time may call the members; <see cref="Dispose"/> may be called twice.
/// </remarks>
internal sealed unsafe class SharedMapping : IDisposable
{
    private byte* _pointer;
    private int _disposed;

    private SharedMapping(byte* pointer, long length, bool writable)
    {
        _pointer = pointer;
        Length = length;
        IsWritable = writable;
    }

    /// <summary>The first byte.</summary>
    internal byte* Pointer => _pointer;

    /// <summary>Mapped bytes: the requested length rounded up to whole pages.</summary>
    internal long Length { get; }

    /// <summary>Whether the mapping was made writable.</summary>
    internal bool IsWritable { get; }

    /// <summary>Whether the range now shows private scratch memory instead of the file.</summary>
    internal bool IsScratch { get; private set; }

    /// <summary>Maps the first <paramref name="length"/> bytes of a file; the length is a multiple of its page size.</summary>
    internal static SharedMapping Map(int descriptor, long length, bool writable, bool prefault)
    {
        int protection = writable ? Libc.PROT_READ | Libc.PROT_WRITE : Libc.PROT_READ;
        int flags = prefault ? Libc.MAP_SHARED | Libc.MAP_POPULATE : Libc.MAP_SHARED;
        nint address = Libc.Mmap(null, (nuint)length, protection, flags, descriptor, 0);
        if (address == Libc.MAP_FAILED)
        {
            ThrowMapFailed(length, writable);
        }

        var mapping = new SharedMapping((byte*)address, length, writable);
        mapping.HideFromChildren();
        return mapping;
    }

    /// <summary>Asks for transparent huge pages; does nothing where the system does not offer them for shared memory.</summary>
    /// <returns>Whether the kernel took the advice.</returns>
    internal bool AdviseHugePages() => Libc.Madvise(Pointer, (nuint)Length, Libc.MADV_HUGEPAGE) == 0;

    /// <summary>Fills the page tables now, so that first touches do not fault one page at a time.</summary>
    internal void Prefault()
    {
        int advice = IsWritable ? Libc.MADV_POPULATE_WRITE : Libc.MADV_POPULATE_READ;
        if (Libc.Madvise(Pointer, (nuint)Length, advice) == 0)
        {
            return;
        }

        // Kernels before 5.14 do not know the advice; reading one byte per page does the same, slower.
        for (long offset = 0; offset < Length; offset += PageSize.Bytes)
        {
            _ = Volatile.Read(ref Pointer[offset]);
        }
    }

    /// <summary>Changes what this process may do with the range.</summary>
    /// <param name="readable">Whether loads are allowed.</param>
    /// <param name="writable">Whether stores are allowed; implies loads.</param>
    /// <exception cref="UrmaException">The file is sealed against writing and the mapping was not writable.</exception>
    internal void Protect(bool readable, bool writable)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        int protection = (readable, writable) switch
        {
            (_, true) => Libc.PROT_READ | Libc.PROT_WRITE,
            (true, false) => Libc.PROT_READ,
            _ => Libc.PROT_NONE,
        };

        if (Libc.Mprotect(Pointer, (nuint)Length, protection) != 0)
        {
            LinuxError.ThrowLast($"change the protection of {Length} bytes of shared memory");
        }
    }

    /// <summary>
    /// Replaces the file by private zeroed memory at the same addresses in one step: at every instant the range is
    /// mapped, so a stale user reads zeros or writes into a scratch page instead of faulting or reaching the file.
    /// </summary>
    /// <exception cref="UrmaException">The kernel is out of memory for mappings; the range still shows the file.</exception>
    internal void ReplaceWithScratch()
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (IsScratch)
        {
            return;
        }

        // NORESERVE: scratch costs memory only for pages a stale user really writes.
        nint address = Libc.Mmap(
            Pointer,
            (nuint)Length,
            Libc.PROT_READ | Libc.PROT_WRITE,
            Libc.MAP_FIXED | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE | Libc.MAP_PRIVATE,
            -1,
            0);
        if (address == Libc.MAP_FAILED)
        {
            LinuxError.ThrowLast($"replace {Length} bytes of revoked memory by scratch memory");
        }

        IsScratch = true;
        HideFromChildren();
    }

    /// <summary>Moves the mapping over whatever lies at <paramref name="destination"/>, in one step.</summary>
    /// <exception cref="UrmaException">The kernel refused; nothing moved.</exception>
    internal void MoveTo(void* destination)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        nint address = Libc.Mremap(
            Pointer, (nuint)Length, (nuint)Length, Libc.MREMAP_MAYMOVE | Libc.MREMAP_FIXED, destination);
        if (address == Libc.MAP_FAILED)
        {
            LinuxError.ThrowLast($"move {Length} bytes of shared memory to address 0x{(nuint)destination:x}");
        }

        _pointer = (byte*)address;
    }

    /// <summary>
    /// Ends the mapping, but keeps the addresses: nothing can be mapped there by chance until their owner, who had them reserved before
    /// <see cref="MoveTo"/>, gives them back.
    /// </summary>
    internal void LeaveReserved()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            // Where the kernel refuses, the file's memory keeps them as well.
            _ = Libc.Mmap(
                Pointer, (nuint)Length, Libc.PROT_NONE, Libc.MAP_FIXED | Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE, -1, 0);
            _pointer = null;
        }
    }

    /// <summary>Gives the range away: <see cref="Dispose"/> will no longer unmap it.</summary>
    internal void Detach() => Interlocked.Exchange(ref _disposed, 1);

    /// <summary>Unmaps the range. The caller guarantees that nobody uses a pointer into it any more.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _ = Libc.Munmap(Pointer, (nuint)Length);
            _pointer = null;
        }
    }

    // A child sharing these pages would write into its parent's memory; one that lacks them fails loudly instead.
    private void HideFromChildren() => _ = Libc.Madvise(Pointer, (nuint)Length, Libc.MADV_DONTFORK);

    private static void ThrowMapFailed(long length, bool writable)
    {
        int error = Marshal.GetLastPInvokeError();
        string? advice = error is Libc.EPERM or Libc.EACCES && writable
            ? "The memory is sealed read-only for everybody but its owner: map it without write access."
            : null;
        LinuxError.Throw($"map {length} bytes of shared memory {(writable ? "writable" : "read-only")}", error, advice);
    }
}
