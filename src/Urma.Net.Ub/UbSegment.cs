using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Libc;
using Urma.Net.Interop.Liburma;

namespace Urma.Net.Ub;

/// <summary>Memory of this process that the device knows.</summary>
internal sealed unsafe class UbSegment : Segment, ISegmentLease
{
    private readonly UbContext _context;
    private readonly Lock _lock = new();
    private readonly Timer? _leaseTimer;
    private readonly long _mappedLength;
    private urma_target_seg_t* _native;
    private Token _token;
    private int _disposed;
    private int _views;
    private bool _isReleased;

    private UbSegment(UbContext context, nint address, long length, long mappedLength, SegmentMode mode, SegmentOptions options)
        : base(context, address, length, mode, options)
    {
        _context = context;
        _mappedLength = mappedLength;
        _token = options.Token ?? Urma.Net.Token.Random();
        _native = RegisterNative();
        try
        {
            LocalToken = context.LocalSegments.Add((nint)_native, (ulong)address, length, "segments");
        }
        catch
        {
            _ = Liburma.urma_unregister_seg(_native);
            throw;
        }

        context.Add(this);
        if (options.Lease is { } lease)
        {
            _leaseTimer = new Timer(static s => ((UbSegment)s!).EndLease(), this, lease, Timeout.InfiniteTimeSpan);
        }
    }

    public override Token Token => _token;

    public override bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    public uint TokenId => _native->seg.token_id;

    public override SegmentDescriptor Descriptor
    {
        get
        {
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(IsDisposed, this);
                return new SegmentDescriptor(_context.Eid, _context.Uasid, (ulong)Address, Length, Access, TokenId, 0);
            }
        }
    }

    bool ISegmentLease.IsRevoked => IsDisposed;

    public static UbSegment Allocate(UbContext context, long length, SegmentOptions options)
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

        try
        {
            return new UbSegment(context, address, length, mapped, SegmentMode.Copied, options);
        }
        catch
        {
            _ = Libc.Munmap((void*)address, (nuint)mapped);
            throw;
        }
    }

    public static UbSegment Register(UbContext context, void* address, long length, SegmentOptions options) =>
        new(context, (nint)address, length, 0, SegmentMode.Copied, options);

    public override SegmentView Map(long offset, long length)
    {
        if ((ulong)offset > (ulong)Length || (ulong)length > (ulong)(Length - offset))
        {
            ThrowHelper.OutOfRange(offset, length, Length);
        }

        _ = Lease(out byte* address);
        return new SegmentView(address + offset, length, writable: true, this);
    }

    internal override ISegmentLease Lease(out byte* address)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            _views++;
            address = (byte*)Address;
            return this;
        }
    }

    void ISegmentLease.Release()
    {
        lock (_lock)
        {
            _views = Math.Max(0, _views - 1);
            ReleaseWhenUnused();
        }
    }

    /// <inheritdoc/>
    /// <remarks>Work under way that uses the segment as its own buffer fails, receives that are posted included: the device knows it by one registration.</remarks>
    public override void Revoke(Token? newToken = null)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            HandleTable.Entry* entry = _context.LocalSegments.Find(LocalToken);
            urma_target_seg_t* old = _native;
            uint oldId = TokenId;
            _token = newToken ?? Urma.Net.Token.Random();
            _native = RegisterNative();
            _context.Add(this);
            entry->Handle = (nint)_native;
            _context.WhenUnused(() => Unregister(old, oldId));
        }
    }

    // On a thread of the pool, whose exceptions would end the process.
    private void EndLease()
    {
        try
        {
            Revoke();
        }
        catch (ObjectDisposedException)
        {
            // The end came first.
        }
        catch (UrmaException error)
        {
            System.Diagnostics.Trace.TraceError($"The lease of a segment of {Length} bytes could not be ended: {error.Message}");
        }
    }

    protected override void DisposeCore()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _leaseTimer?.Dispose();
        _context.Drop(this);
        lock (_lock)
        {
            _context.LocalSegments.Retire(LocalToken);
            _context.WhenUnused(() =>
            {
                _context.LocalSegments.Reuse(LocalToken);
                Unregister(_native, TokenId);
                _native = null;
                ReleaseWhenUnused();
            });
        }
    }

    private void Unregister(urma_target_seg_t* native, uint tokenId)
    {
        _context.Remove(this, tokenId);
        int status = (int)Liburma.urma_unregister_seg(native);
        if (status != 0)
        {
            System.Diagnostics.Trace.TraceWarning($"urma_unregister_seg returned {status}: the device may keep the memory.");
        }
    }

    private void ReleaseWhenUnused()
    {
        if (IsDisposed && _native == null && _views == 0 && !_isReleased && _mappedLength != 0)
        {
            _isReleased = true;
            _ = Libc.Munmap((void*)Address, (nuint)_mappedLength);
        }
    }

    private urma_target_seg_t* RegisterNative()
    {
        var config = default(urma_seg_cfg_t);
        config.va = (ulong)Address;
        config.len = (ulong)UbTargetSegment.NativeLength(Length);
        config.token_value.token = _token.Value;
        config.flag.bs.token_policy = Liburma.URMA_TOKEN_PLAIN_TEXT;
        config.flag.bs.access = (uint)Access;
        Marshal.SetLastSystemError(0);
        urma_target_seg_t* native = Liburma.urma_register_seg(_context.Native, &config);
        int error = Marshal.GetLastSystemError();
        return native != null ? native : throw UbError.FromErrno(error, $"register {Length} bytes at 0x{Address:x}");
    }
}
