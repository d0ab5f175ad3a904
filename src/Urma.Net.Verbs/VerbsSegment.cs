using Urma.Net.Interop.Libibverbs;
using Urma.Net.Providers.Devices;
using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs;

/// <summary>Memory of this process that the device knows.</summary>
/// <remarks>
/// It is registered for its owner's own work and, where something is granted, once more for peers: a grant can end while work of the owner's
/// is under way.
/// </remarks>
internal sealed unsafe class VerbsSegment : DeviceSegment
{
    private readonly VerbsContext _context;
    private readonly Dictionary<ControlPeer, int> _importers = [];
    private ibv_mr* _own;
    private ibv_mr* _granted;
    private uint _generation;
    private bool _isGranting = true;

    public VerbsSegment(VerbsContext context, in DeviceMemory memory, long length, SegmentOptions options)
        : base(context, context.Objects, context.LocalSegments, in memory, length, options)
    {
        _context = context;
        _own = Register((int)ibv_access_flags.IBV_ACCESS_LOCAL_WRITE);
        try
        {
            Grant();
            LocalToken = context.LocalSegments.Add((nint)(_own == null ? 0 : _own->lkey), (ulong)Address, length, "segments");
            context.LocalSegments.Find(LocalToken)->Rights = (uint)options.Access;
            TokenId = context.AddSegment(this, options.TokenId);
        }
        catch
        {
            VerbsContext.DeregisterNative(_granted);
            VerbsContext.DeregisterNative(_own);
            throw;
        }

        StartLease();
    }

    public uint TokenId { get; }

    public override SegmentDescriptor Descriptor
    {
        get
        {
            lock (Lock)
            {
                ObjectDisposedException.ThrowIf(IsDisposed, this);
                return new SegmentDescriptor(_context.Eid, _context.Uasid, (ulong)Address, Length, Access, TokenId, _generation);
            }
        }
    }

    /// <summary>Whether messages may be received into memory of such rights: not into memory that nobody may write.</summary>
    public static bool TakesMessages(SegmentAccess access) => access != SegmentAccess.Read;

    /// <summary>Grants access to a peer that shows the token.</summary>
    /// <exception cref="UrmaException">It does not, nothing is granted, or the segment is gone.</exception>
    public ImportSegmentAnswer Import(ControlPeer peer, in ImportSegmentRequest request)
    {
        lock (Lock)
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
        lock (Lock)
        {
            RequireGrant(_generation, CurrentToken);
            return _granted == null
                ? throw new UrmaException(UrmaStatus.InvalidArgument, $"Segment {TokenId} is empty: no device has a key for it.")
                : new VerbsPairMemory((ulong)Address, _granted->rkey, Length);
        }
    }

    /// <summary>Whether a peer has an import.</summary>
    public bool IsImportedBy(ControlPeer peer)
    {
        lock (Lock)
        {
            return _importers.ContainsKey(peer);
        }
    }

    /// <summary>Forgets one import of a peer's, of the grants that there are now.</summary>
    public void Release(ControlPeer peer, uint generation)
    {
        lock (Lock)
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
        lock (Lock)
        {
            _importers.Remove(peer);
        }
    }

    /// <summary>Carries out an atomic of a peer's with the processor's.</summary>
    /// <exception cref="UrmaException">As with <see cref="Import"/>, or the place is none.</exception>
    public ulong Execute(in ExecuteAtomicRequest request)
    {
        lock (Lock)
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
        lock (Lock)
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            CurrentToken = newToken ?? Token.Random();
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

    // Nobody is granted anything from now on, whatever token they show, until the owner says so.
    private protected override void EndLease() => EndGrant(newToken: null, grantsAgain: false);

    private protected override void EndGrants()
    {
        _context.RemoveSegment(this);
        ControlPeer[] importers;
        lock (Lock)
        {
            importers = [.. _importers.Keys];
            _importers.Clear();
        }

        // Those that use it are told before it goes, so that it is no failed request that tells them.
        Tell(importers, _generation);
        lock (Lock)
        {
            VerbsContext.DeregisterNative(_granted);
            _granted = null;
        }
    }

    private protected override void Unregister()
    {
        VerbsContext.DeregisterNative(_own);
        _own = null;
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

        TokenCheck.Require(CurrentToken, shown, $"segment {TokenId}");
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
    private ibv_mr* Register(int access)
    {
        if (Length == 0)
        {
            return null;
        }

        DevicePages.Keep(VerbsLibrary.KeepPages, KeepsPages);
        try
        {
            return _context.RegisterNative((void*)Address, Length, access);
        }
        finally
        {
            DevicePages.Keep(VerbsLibrary.KeepPages, false);
        }
    }
}
