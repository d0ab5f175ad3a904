using System.Runtime.InteropServices;
using System.Text;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>
/// Memory that can be handed to another process as a descriptor: anonymous, nothing in any directory, gone with its
/// last user, and sealed so that no holder can change its size under another.
/// </summary>
/// <remarks>
/// The object owns the descriptor; mappings live on without it. <see cref="MapShared"/> and <see cref="Dispose"/> are
/// thread-safe.
/// </remarks>
internal sealed unsafe class MemoryFile : IDisposable
{
    private const int MaximumNameBytes = 200;
    private const int SizeSeals = Libc.F_SEAL_SHRINK | Libc.F_SEAL_GROW | Libc.F_SEAL_SEAL;

    private readonly FileDescriptor _descriptor;
    private SharedMapping? _ownerMapping;

    private MemoryFile(FileDescriptor descriptor, long length, long pageSize, bool readOnlyForOthers)
    {
        _descriptor = descriptor;
        Length = length;
        MappedLength = PageSize.RoundUp(length, pageSize);
        UsesHugePages = pageSize > PageSize.Bytes;
        IsReadOnlyForOthers = readOnlyForOthers;
    }

    /// <summary>The requested length in bytes.</summary>
    internal long Length { get; }

    /// <summary>The length rounded up to whole pages: what a mapping covers.</summary>
    internal long MappedLength { get; }

    /// <summary>Whether the file is made of pages from a huge page pool.</summary>
    internal bool UsesHugePages { get; }

    /// <summary>Whether the kernel refuses new writable mappings.</summary>
    internal bool IsReadOnlyForOthers { get; }

    /// <summary>The descriptor to send to a peer; valid until <see cref="Dispose"/>.</summary>
    internal int Descriptor => _descriptor.Number;

    /// <summary>Creates memory of <paramref name="length"/> zeroed bytes.</summary>
    /// <param name="name">Shown in <c>/proc/*/maps</c>; need not be unique.</param>
    /// <param name="length">Bytes, at least 1.</param>
    /// <param name="options">Page size, reservation, read-only seal.</param>
    /// <exception cref="UrmaException">
    /// <see cref="UrmaStatus.OutOfMemory"/> where the memory, the huge pages or the descriptors are not there;
    /// <see cref="UrmaStatus.InvalidArgument"/> for a length no file can have.
    /// </exception>
    internal static MemoryFile Create(string name, long length, MemoryFileOptions? options = null)
    {
        options ??= MemoryFileOptions.Default;
        MemoryFileChecks.ThrowIfLengthInvalid(length);
        long pageSize = HugePagePool.PageBytes(options.Pages);
        long fileLength = PageSize.RoundUp(length, pageSize);
        MemoryFileChecks.ThrowIfFileLimitBelow(fileLength);
        if (options.Reserve)
        {
            MemoryFileChecks.ThrowIfHeadroomBelow(Math.Min(fileLength, options.ReservedLength), options.Pages);
        }

        var descriptor = new FileDescriptor(OpenNew(name, options.Pages));
        MemoryFile? file = null;
        try
        {
            Allocate(descriptor.Number, fileLength, options);
            file = new MemoryFile(descriptor, length, pageSize, options.ReadOnlyForOthers);
            file.SealOwn();
            return file;
        }
        catch
        {
            file?._ownerMapping?.Dispose();
            descriptor.Dispose();
            throw;
        }
    }

    /// <summary>Checks a descriptor that an untrusted peer sent and takes ownership of it, also when it is refused.</summary>
    /// <param name="descriptor">The descriptor; closed if this throws.</param>
    /// <param name="expectedLength">What the peer said; the file must hold at least this much.</param>
    /// <exception cref="UrmaException">
    /// It is not a memory file, is too small, or its holder could still resize it (a peer that truncates a file kills
    /// whoever touches the missing pages).
    /// </exception>
    /// <remarks>
    /// Pages a peer did not reserve appear at our first touch and are charged to us. Huge pages a peer punches out
    /// afterwards can be missing at the next touch; a caller that does not trust its peers that far refuses
    /// descriptors of <see cref="UsesHugePages"/> files.
    /// </remarks>
    internal static MemoryFile FromPeer(int descriptor, long expectedLength)
    {
        var owned = new FileDescriptor(descriptor);
        try
        {
            MemoryFileChecks.ThrowIfLengthInvalid(expectedLength);
            (int seals, long pageSize) = MemoryFileChecks.InspectPeerFile(descriptor, expectedLength);
            bool readOnly = (seals & (Libc.F_SEAL_WRITE | Libc.F_SEAL_FUTURE_WRITE)) != 0;
            return new MemoryFile(owned, expectedLength, pageSize, readOnly);
        }
        catch
        {
            owned.Dispose();
            throw;
        }
    }

    /// <summary>Allocates pages of a file that was made with a shorter <see cref="MemoryFileOptions.ReservedLength"/>. Ordinary pages only.</summary>
    /// <param name="offset">Where they begin, in bytes.</param>
    /// <param name="length">How many bytes.</param>
    /// <exception cref="UrmaException">Memory is short.</exception>
    internal void Reserve(long offset, long length)
    {
        MemoryFileChecks.ThrowIfHeadroomBelow(length, MemoryPages.Default);
        using DescriptorLease lease = _descriptor.Lease();
        Reserve(lease.Number, offset, length, MemoryPages.Default);
    }

    /// <summary>Maps the whole file.</summary>
    /// <param name="writable">
    /// Whether stores are wanted. For a file created read-only for others this hands out the owner's only writable
    /// mapping, once.
    /// </param>
    /// <param name="prefault">Fill the page tables now rather than at first touch.</param>
    /// <exception cref="UrmaException">The file is sealed read-only, or the process is out of mappings.</exception>
    /// <exception cref="ObjectDisposedException">The file was disposed.</exception>
    internal SharedMapping MapShared(bool writable, bool prefault = false)
    {
        if (writable && Interlocked.Exchange(ref _ownerMapping, null) is { } owner)
        {
            if (prefault)
            {
                owner.Prefault();
            }

            return owner;
        }

        using DescriptorLease lease = _descriptor.Lease();
        return SharedMapping.Map(lease.Number, MappedLength, writable, prefault);
    }

    /// <summary>Closes the descriptor. Mappings already handed out stay valid.</summary>
    public void Dispose()
    {
        Interlocked.Exchange(ref _ownerMapping, null)?.Dispose();
        _descriptor.Dispose();
    }

    private void SealOwn()
    {
        int seals = SizeSeals;
        if (IsReadOnlyForOthers)
        {
            // The order matters: after FUTURE_WRITE nobody, not even the owner, gets a writable mapping any more, and
            // after SEAL nobody can add FUTURE_WRITE.
            _ownerMapping = SharedMapping.Map(Descriptor, MappedLength, writable: true, prefault: false);
            seals |= Libc.F_SEAL_FUTURE_WRITE;
        }

        if (Libc.Fcntl(Descriptor, Libc.F_ADD_SEALS, seals) != 0)
        {
            LinuxError.ThrowLast(
                "seal shared memory",
                Marshal.GetLastPInvokeError() == Libc.EINVAL ? "Read-only segments need Linux 5.1 or newer." : null);
        }
    }

    private static int OpenNew(string name, MemoryPages pages)
    {
        byte* text = stackalloc byte[MaximumNameBytes + 4];
        Span<byte> bytes = new(text, MaximumNameBytes + 4);
        bytes.Clear();
        Encoding.UTF8.GetEncoder().Convert(name, bytes[..MaximumNameBytes], flush: true, out _, out _, out _);

        uint flags = Libc.MFD_CLOEXEC | Libc.MFD_ALLOW_SEALING | HugePagePool.CreateFlags(pages);

        // Newer kernels can be set to refuse executable memory files; older ones do not know the flag.
        int descriptor = Libc.MemfdCreate(text, flags | Libc.MFD_NOEXEC_SEAL);
        if (descriptor < 0 && Marshal.GetLastPInvokeError() == Libc.EINVAL)
        {
            descriptor = Libc.MemfdCreate(text, flags);
        }

        if (descriptor < 0)
        {
            LinuxError.ThrowLast("create shared memory", HugePagePool.AdviceFor(pages));
        }

        return descriptor;
    }

    private static void Allocate(int descriptor, long length, MemoryFileOptions options)
    {
        if (Libc.Ftruncate(descriptor, length) != 0)
        {
            LinuxError.ThrowLast($"give shared memory a size of {length} bytes", HugePagePool.AdviceFor(options.Pages));
        }

        if (options.Reserve)
        {
            Reserve(descriptor, 0, Math.Min(length, options.ReservedLength), options.Pages);
        }
    }

    private static void Reserve(int descriptor, long offset, long length, MemoryPages pages)
    {
        while (Libc.Fallocate(descriptor, 0, offset, length) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error != Libc.EINTR)
            {
                LinuxError.Throw($"reserve {length} bytes of shared memory", error, HugePagePool.AdviceFor(pages));
            }
        }
    }
}
