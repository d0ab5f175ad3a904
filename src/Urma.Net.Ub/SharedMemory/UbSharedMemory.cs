using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Urma.Net.Internal;
using Urma.Net.Interop.Libc;
using Urma.Net.Interop.Libobmm;

namespace Urma.Net.Ub;

/// <summary>Memory that several hosts load from and store to, through openEuler's libobmm or the software libobmm that has its interface.</summary>
/// <remarks>
/// <para>
/// One host exports, others import what its <see cref="Descriptor"/> tells; each takes ownership of pages, maps them, uses them and gives
/// ownership back. Many hosts may hold <see cref="Ownership.Read"/> of a page or one <see cref="Ownership.Write"/>: hardware keeps no
/// caches of different hosts alike, so a host that breaks the rule reads stale data; the software libobmm answers
/// <see cref="UbOwnershipStatus.Busy"/>. Nothing is owned at first. (Source of the rules: <c>libobmm(3)</c>, <c>obmm_set_ownership(3)</c>,
/// <c>obmm_shmdev(4)</c> of openEuler's OBMM.)
/// </para>
/// <para>
/// The library is looked for when it is first asked for, once for the process: <c>libobmm.so.1</c> or <c>libobmm.so</c> by name, or the
/// file that the environment variable <c>URMA_LIBOBMM</c> or <see cref="UseLibrary"/> names.
/// </para>
/// <para>
/// Order of the end: views, then imports, then the export. Members are thread-safe; who owns what belongs to the memory, not to a thread.
/// </para>
/// </remarks>
public sealed unsafe partial class UbSharedMemory : IDisposable
{
    /// <summary>What memory is exported and imported in: 2 MiB, in bytes.</summary>
    public const long Granule = 2L << 20;

    private const int NumaNodes = 16;
    private const nuint ExportAllowMap = 1;
    private const nuint ExportFast = 2;
    private const nuint ImportAllowMap = 1;

    private readonly Lock _lock = new();
    private readonly List<SharedMemoryLease> _leases = [];
    private readonly byte[] _held;
    private readonly byte* _address;
    private readonly int _node;
    private bool _isMapped;
    private bool _isReleased;
    private bool _isDisposed;

    private UbSharedMemory(ulong memoryId, bool isImport, in UbSharedMemoryDescriptor descriptor)
    {
        MemoryId = memoryId;
        IsImport = isImport;
        Descriptor = descriptor;
        NodePath = ObmmLibrary.NodePath(memoryId);
        _held = new byte[descriptor.Length / OwnershipGranule];
        _node = OpenNode();
        _address = MapNode();
        _isMapped = true;
    }

    /// <summary>What ownership is changed in: the system's page, in bytes (4096 on x86-64, up to 65536 on arm64).</summary>
    public static long OwnershipGranule => PageSize.Bytes;

    /// <summary>Whether there is a libobmm that can be used.</summary>
    public static bool IsSupported => NotSupportedReason is null;

    /// <summary>Why there is none: what was tried and what to do; null where there is one.</summary>
    public static string? NotSupportedReason => ObmmLibrary.Instance.Problem;

    /// <summary>The file of the library that is used, or what was looked for.</summary>
    public static string LibraryPath => ObmmLibrary.Instance.Path;

    /// <summary>OBMM's number for this memory on this host; exported and imported memory share the numbers.</summary>
    public ulong MemoryId { get; }

    /// <summary>The device node, which other processes of this host may open and map.</summary>
    public string NodePath { get; }

    /// <summary>Whether another host gave the memory.</summary>
    public bool IsImport { get; }

    /// <summary>What other hosts need to import the memory.</summary>
    public UbSharedMemoryDescriptor Descriptor { get; }

    /// <summary>Bytes.</summary>
    public long Length => Descriptor.Length;

    /// <summary>Says which file to load.</summary>
    /// <param name="path">The file, such as the software libobmm's.</param>
    /// <exception cref="InvalidOperationException">Another library is in use already: a process has one.</exception>
    public static void UseLibrary(string path) => ObmmLibrary.Use(path);

    /// <summary>Gives memory of this host to others; it is zeroed.</summary>
    /// <param name="length">Bytes, a multiple of <see cref="Granule"/>.</param>
    /// <param name="options">How; <see cref="UbExportOptions.Default"/> when null.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length or the NUMA node cannot be.</exception>
    /// <exception cref="UrmaException">There is no libobmm, or it refused: no such NUMA node, no memory, no right.</exception>
    public static UbSharedMemory Export(long length, UbExportOptions? options = null)
    {
        options ??= UbExportOptions.Default;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(length % Granule, 0, nameof(length));
        ArgumentOutOfRangeException.ThrowIfNegative(options.NumaNode, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(options.NumaNode, NumaNodes, nameof(options));
        ObmmLibrary.Instance.ThrowIfNotSupported();

        nuint* lengths = stackalloc nuint[NumaNodes];
        new Span<nuint>(lengths, NumaNodes).Clear();
        lengths[options.NumaNode] = (nuint)length;
        obmm_mem_desc native = default;
        WriteEid(options.Controller, native.deid);
        Marshal.SetLastSystemError(0);
        ulong id = Libobmm.obmm_export(lengths, ExportAllowMap | (options.FromPoolOnly ? ExportFast : 0), &native);
        return id != 0
            ? Open(id, isImport: false, new UbSharedMemoryDescriptor(native.addr, (long)native.length, native.tokenid, options.Controller))
            : throw LinuxError.Create(
                $"export {length} bytes of NUMA node {options.NumaNode}",
                Marshal.GetLastSystemError(),
                $"Compare with 'numactl -H' and the free memory there, or leave {nameof(UbExportOptions.FromPoolOnly)} out.");
    }

    /// <summary>Makes memory of another host known to this one. The same memory may be imported more than once with the software libobmm only.</summary>
    /// <param name="descriptor">The exporter's, with what this host's address decoder needs (see there).</param>
    /// <exception cref="UrmaException">
    /// There is no libobmm, or it refused: the descriptor is damaged, the token is wrong, nobody exports the memory any more, or the
    /// addresses are in use.
    /// </exception>
    public static UbSharedMemory Import(in UbSharedMemoryDescriptor descriptor)
    {
        descriptor.Check();
        ObmmLibrary.Instance.ThrowIfNotSupported();
        obmm_mem_desc native = default;
        native.addr = descriptor.Address;
        native.length = (ulong)descriptor.Length;
        native.tokenid = descriptor.TokenId;
        native.scna = descriptor.ImporterCna;
        native.dcna = descriptor.ExporterCna;
        WriteEid(descriptor.ImporterEid, native.seid);
        WriteEid(descriptor.ExporterEid, native.deid);
        Marshal.SetLastSystemError(0);
        ulong id = Libobmm.obmm_import(&native, ImportAllowMap, 0, null);
        return id != 0
            ? Open(id, isImport: true, descriptor)
            : throw LinuxError.Create(
                $"import {descriptor.Length} bytes at 0x{descriptor.Address:x}",
                Marshal.GetLastSystemError(),
                "The token does not match, or nobody exports this memory (any more): exchange the descriptor again; on hardware, compare address and controllers with the decoder's.");
    }

    /// <summary>Opens a view of a range of which this host holds rights; until it is disposed, they cannot be given up.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="length">Bytes, more than 0; the view can be written to if <see cref="Ownership.Write"/> of all pages is held.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range does not lie inside the memory.</exception>
    /// <exception cref="UrmaException"><see cref="Ownership.None"/> is held of a page of the range: access would end the process.</exception>
    public SegmentView Map(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        if ((ulong)offset > (ulong)Length || length > Length - offset)
        {
            ThrowHelper.OutOfRange(offset, length, Length);
        }

        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            Ownership held = HeldOf(offset, length);
            if (held == Ownership.None)
            {
                throw new UrmaException(
                    UrmaStatus.OperationNotPermitted,
                    $"This host does not own all of the {length} bytes at {offset}: call SetOwnership with Read or Write first.");
            }

            var lease = new SharedMemoryLease(this, offset, length, held == Ownership.Write);
            _leases.Add(lease);
            return new SegmentView(_address + offset, length, lease.IsWritable, lease);
        }
    }

    /// <summary>What this process holds of a range: the least of its pages.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="length">Bytes, more than 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range does not lie inside the memory.</exception>
    public Ownership GetOwnership(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        if ((ulong)offset > (ulong)Length || length > Length - offset)
        {
            ThrowHelper.OutOfRange(offset, length, Length);
        }

        lock (_lock)
        {
            return _isMapped ? HeldOf(offset, length) : Ownership.None;
        }
    }

    /// <summary>Ends the import or export and says if that fails. Rights are given back first, so that what was written is written back.</summary>
    /// <exception cref="InvalidOperationException">A view is open.</exception>
    /// <exception cref="UrmaException">
    /// Others still use the memory: another host imports it, or another process has the node open. It is no longer mapped here; call
    /// again when they have ended.
    /// </exception>
    public void Close()
    {
        lock (_lock)
        {
            if (_leases.Count != 0)
            {
                throw new InvalidOperationException($"{_leases.Count} views of the memory are open: dispose them first.");
            }

            _isDisposed = true;
            int error = Release();
            if (error != 0)
            {
                throw LinuxError.Create(
                    $"{(IsImport ? "unimport" : "unexport")} memory {MemoryId}", error, "Others use it: end their imports and mappings first, then call Close again.");
            }
        }
    }

    /// <summary>As <see cref="Close"/>, as soon as all views are closed; what fails is traced. The end of the process gives up what is left (software) or not (OBMM).</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            ReleaseUnlessViewed();
        }
    }

    internal void End(SharedMemoryLease lease)
    {
        lock (_lock)
        {
            if (_leases.Remove(lease) && _isDisposed)
            {
                ReleaseUnlessViewed();
            }
        }
    }

    private static UbSharedMemory Open(ulong id, bool isImport, in UbSharedMemoryDescriptor descriptor)
    {
        try
        {
            return new UbSharedMemory(id, isImport, descriptor);
        }
        catch
        {
            _ = isImport ? Libobmm.obmm_unimport(id, 0) : Libobmm.obmm_unexport(id, 0);
            throw;
        }
    }

    // OBMM writes EIDs the other way round.
    private static void WriteEid(Eid eid, Span<byte> destination)
    {
        eid.WriteTo(destination);
        destination.Reverse();
    }

    private int OpenNode()
    {
        fixed (byte* path = Encoding.UTF8.GetBytes(NodePath + '\0'))
        {
            int node = Libc.Open(path, Libc.O_RDWR | Libc.O_CLOEXEC, 0);
            if (node < 0)
            {
                LinuxError.ThrowLast(
                    $"open '{NodePath}'", "This user needs the right to read and write it; where the nodes of the software libobmm lie, URMA_OBMM_PREFIX tells.");
            }

            return node;
        }
    }

    private byte* MapNode()
    {
        nint address = Libc.Mmap(null, (nuint)Length, Libc.PROT_NONE, Libc.MAP_SHARED, _node, 0);
        if (address == Libc.MAP_FAILED)
        {
            int error = Marshal.GetLastPInvokeError();
            _ = Libc.Close(_node);
            LinuxError.Throw($"map {Length} bytes of '{NodePath}'", error);
        }

        return (byte*)address;
    }

    private void ReleaseUnlessViewed()
    {
        int error = _leases.Count == 0 ? Release() : 0;
        if (error != 0)
        {
            Trace.TraceWarning(
                $"{(IsImport ? "obmm_unimport" : "obmm_unexport")} of memory {MemoryId} failed ({Marshal.GetPInvokeErrorMessage(error)}): others still use it. Close tells, and can be repeated.");
        }
    }

    // Returns errno, or 0.
    private int Release()
    {
        if (_isMapped)
        {
            GiveEverythingBack();
            _ = Libc.Munmap(_address, (nuint)Length);
            _ = Libc.Close(_node);
            _isMapped = false;
        }

        if (_isReleased)
        {
            return 0;
        }

        Marshal.SetLastSystemError(0);
        int result = IsImport ? Libobmm.obmm_unimport(MemoryId, 0) : Libobmm.obmm_unexport(MemoryId, 0);
        int error = result == 0 ? 0 : Marshal.GetLastSystemError();

        // What is gone already needs no end: the exporting process died, or somebody else ended it.
        _isReleased = error is 0 or Libc.ENOENT;
        return _isReleased ? 0 : error;
    }
}
