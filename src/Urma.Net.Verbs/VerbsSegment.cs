using Urma.Net.Internal;
using Urma.Net.Interop.Libc;
using Urma.Net.Interop.Libibverbs;
using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs;

/// <summary>Memory of this process that the device knows.</summary>
/// <remarks>
/// It is registered for its owner's own work and, where something is granted, once more for peers: a grant can end while work of the owner's
/// is under way.
/// </remarks>
internal sealed unsafe class VerbsSegment : Segment, ISegmentLease
{
    private readonly VerbsContext _context;
    private readonly Lock _lock = new();
    private readonly Timer? _leaseTimer;
    private readonly long _mappedLength;
    private readonly Dictionary<ControlPeer, int> _importers = [];
    private ibv_mr* _own;
    private ibv_mr* _granted;
    private Token _token;
    private uint _generation;
    private bool _isGranting = true;
    private int _disposed;
    private int _views;
    private bool _isReleased;

    private VerbsSegment(VerbsContext context, nint address, long length, long mappedLength, SegmentOptions options)
        : base(context, address, length, SegmentMode.Copied, options)
    {
        _context = context;
        _mappedLength = mappedLength;
        _token = options.Token ?? Urma.Net.Token.Random();
        _own = Register((int)ibv_access_flags.IBV_ACCESS_LOCAL_WRITE);
        try
        {
            Grant();
            LocalToken = context.LocalSegments.Add((nint)(_own == null ? 0 : _own->lkey), (ulong)address, length, "segments");
            context.LocalSegments.Find(LocalToken)->Rights = (uint)options.Access;
            TokenId = context.AddSegment(this, options.TokenId);
        }
        catch
        {
            VerbsContext.DeregisterNative(_granted);
            VerbsContext.DeregisterNative(_own);
            throw;
        }

        if (options.Lease is { } lease)
        {
            _leaseTimer = new Timer(static s => ((VerbsSegment)s!).EndLease(), this, lease, Timeout.InfiniteTimeSpan);
        }
    }

    public override Token Token => _token;

    public override bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    public uint TokenId { get; }

    public override SegmentDescriptor Descriptor
    {
        get
        {
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(IsDisposed, this);
                return new SegmentDescriptor(_context.Eid, _context.Uasid, (ulong)Address, Length, Access, TokenId, _generation);
            }
        }
    }

    bool ISegmentLease.IsRevoked => IsDisposed;

    public static VerbsSegment Allocate(VerbsContext context, long length, SegmentOptions options)
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
            return new VerbsSegment(context, address, length, mapped, options);
        }
        catch
        {
            _ = Libc.Munmap((void*)address, (nuint)mapped);
            throw;
        }
    }

    public static VerbsSegment Register(VerbsContext context, void* address, long length, SegmentOptions options) =>
        new(context, (nint)address, length, 0, options);

    /// <summary>Whether messages may be received into memory of such rights: not into memory that nobody may write.</summary>
    public static bool TakesMessages(SegmentAccess access) => access != SegmentAccess.Read;

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

    /// <summary>Grants access to a peer that shows the token.</summary>
    /// <exception cref="UrmaException">It does not, nothing is granted, or the segment is gone.</exception>
    public ImportSegmentAnswer Import(ControlPeer peer, in ImportSegmentRequest request)
    {
        lock (_lock)
        {
            RequireGrant(request.Generation, request.Token);
            _importers[peer] = _importers.GetValueOrDefault(peer) + 1;
            return new ImportSegmentAnswer((ulong)Address, Length, _granted == null ? 0 : _granted->rkey, Access, _generation);
        }
    }

    /// <summary>As a program without a control plane has to know it.</summary>
    /// <exception cref="UrmaException">Nothing is granted.</exception>
    public VerbsPairMemory Named()
    {
        lock (_lock)
        {
            RequireGrant(_generation, _token);
            return _granted == null
                ? throw new UrmaException(UrmaStatus.InvalidArgument, $"Segment {TokenId} is empty: no device has a key for it.")
                : new VerbsPairMemory((ulong)Address, _granted->rkey, Length);
        }
    }

    /// <summary>Whether a peer has an import.</summary>
    public bool IsImportedBy(ControlPeer peer)
    {
        lock (_lock)
        {
            return _importers.ContainsKey(peer);
        }
    }

    /// <summary>Forgets one import of a peer's, of the grants that there are now.</summary>
    public void Release(ControlPeer peer, uint generation)
    {
        lock (_lock)
        {
            if (generation == _generation && _importers.TryGetValue(peer, out int count))
            {
                _ = count == 1 ? _importers.Remove(peer) : (_importers[peer] = count - 1) > 0;
            }
        }
    }

    /// <summary>Forgets all imports of a peer's.</summary>
    public void ReleaseAll(ControlPeer peer)
    {
        lock (_lock)
        {
            _importers.Remove(peer);
        }
    }

    /// <summary>Carries out an atomic of a peer's with the processor's.</summary>
    /// <exception cref="UrmaException">As with <see cref="Import"/>, or the place is none.</exception>
    public ulong Execute(in ExecuteAtomicRequest request)
    {
        lock (_lock)
        {
            RequireGrant(request.Generation, request.Token);
            if ((Access & SegmentAccess.Atomic) == 0 || request.Offset > (ulong)Length || request.Width > (ulong)Length - request.Offset
                || (((ulong)Address + request.Offset) & (ulong)(request.Width - 1)) != 0)
            {
                throw new UrmaException(UrmaStatus.InvalidArgument, $"Offset {request.Offset} of segment {TokenId} is no word of {request.Width} bytes that grants atomics.");
            }

            return Providers.Loopback.LoopbackAtomics.Execute(
                request.Opcode,
                (byte*)Address + request.Offset,
                request.Width == sizeof(ulong),
                request.Opcode == Opcode.CompareSwap ? request.Compare : request.Operand,
                request.Operand);
        }
    }

    public override void Revoke(Token? newToken = null) => EndGrant(newToken, grantsAgain: true);

    private void EndGrant(Token? newToken, bool grantsAgain)
    {
        ControlPeer[] importers;
        uint ended;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            _token = newToken ?? Urma.Net.Token.Random();
            ended = _generation++;
            importers = [.. _importers.Keys];
            _importers.Clear();

            // The device refuses peers from here on, whatever they know.
            VerbsContext.DeregisterNative(_granted);
            _granted = null;
            _isGranting = grantsAgain;
            if (grantsAgain)
            {
                Grant();
            }
        }

        Tell(importers, ended);
    }

    // On a thread of the pool, whose exceptions would end the process.
    private void EndLease()
    {
        try
        {
            // Nobody is granted anything from now on, whatever token they show, until the owner says so.
            EndGrant(newToken: null, grantsAgain: false);
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
        _context.RemoveSegment(this);
        ControlPeer[] importers;
        lock (_lock)
        {
            importers = [.. _importers.Keys];
            _importers.Clear();
        }

        // Those that use it are told before it goes, so that it is no failed request that tells them.
        Tell(importers, _generation);
        lock (_lock)
        {
            VerbsContext.DeregisterNative(_granted);
            _granted = null;
            _context.LocalSegments.Retire(LocalToken);
            _context.WhenUnused(() =>
            {
                _context.LocalSegments.Reuse(LocalToken);
                VerbsContext.DeregisterNative(_own);
                _own = null;
                _isReleased = true;
                ReleaseWhenUnused();
            });
        }
    }

    private void Tell(ControlPeer[] importers, uint generation)
    {
        if (importers.Length != 0)
        {
            _ = _context.Control.Revoke(importers, new RevokeRequest(TokenId, generation), _context.Options.RevocationTimeout);
        }
    }

    private void RequireGrant(uint generation, Token shown)
    {
        if (Access == SegmentAccess.LocalOnly)
        {
            throw new UrmaException(UrmaStatus.OperationNotPermitted, $"Segment {TokenId} is its owner's alone (SegmentAccess.LocalOnly).");
        }

        if (IsDisposed || !_isGranting || generation != _generation)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, $"Segment {TokenId} is not granted, or no longer: exchange its descriptor again.");
        }

        TokenCheck.Require(_token, shown, $"segment {TokenId}");
    }

    private void ReleaseWhenUnused()
    {
        if (_isReleased && _views == 0 && _mappedLength != 0)
        {
            _isReleased = false;
            _ = Libc.Munmap((void*)Address, (nuint)_mappedLength);
        }
    }

    private void Grant()
    {
        if (Access == SegmentAccess.LocalOnly)
        {
            return;
        }

        int access = (int)ibv_access_flags.IBV_ACCESS_REMOTE_READ;
        access |= (Access & SegmentAccess.Write) != 0 ? (int)(ibv_access_flags.IBV_ACCESS_REMOTE_WRITE | ibv_access_flags.IBV_ACCESS_LOCAL_WRITE) : 0;
        access |= (Access & SegmentAccess.Atomic) != 0 ? (int)(ibv_access_flags.IBV_ACCESS_REMOTE_ATOMIC | ibv_access_flags.IBV_ACCESS_LOCAL_WRITE) : 0;
        _granted = Register(access);
    }

    // The device knows no empty memory, and work of no bytes names none.
    private ibv_mr* Register(int access) => Length == 0 ? null : _context.RegisterNative((void*)Address, Length, access);
}
