using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Liburma;
using Urma.Net.Providers.Devices;

namespace Urma.Net.Ub;

/// <summary>Memory of this process that the device knows.</summary>
internal sealed unsafe class UbSegment : DeviceSegment
{
    private readonly UbContext _context;
    private urma_target_seg_t* _native;

    public UbSegment(UbContext context, in DeviceMemory memory, long length, SegmentOptions options)
        : base(context, context.Objects, context.LocalSegments, in memory, length, options)
    {
        _context = context;
        _native = RegisterNative();
        try
        {
            LocalToken = context.LocalSegments.Add((nint)_native, (ulong)Address, length, "segments");
        }
        catch
        {
            _ = Liburma.urma_unregister_seg(_native);
            throw;
        }

        context.Add(this);
        StartLease();
    }

    public uint TokenId => _native->seg.token_id;

    public override SegmentDescriptor Descriptor
    {
        get
        {
            lock (Lock)
            {
                ObjectDisposedException.ThrowIf(IsDisposed, this);
                return new SegmentDescriptor(_context.Eid, _context.Uasid, (ulong)Address, Length, Access, TokenId, 0);
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>Work under way that uses the segment as its own buffer fails, receives that are posted included: the device knows it by one registration.</remarks>
    public override void Revoke(Token? newToken = null)
    {
        lock (Lock)
        {
            ObjectDisposedException.ThrowIf(IsDisposed, this);
            HandleTable.Entry* entry = _context.LocalSegments.Find(LocalToken);
            urma_target_seg_t* old = _native;
            uint oldId = TokenId;
            CurrentToken = newToken ?? Token.Random();
            _native = RegisterNative();
            _context.Add(this);
            entry->Handle = (nint)_native;
            _context.Objects.WhenUnused(() => Unregister(old, oldId));
        }
    }

    private protected override void EndLease() => Revoke();

    // They go with the one registration.
    private protected override void EndGrants()
    {
    }

    private protected override void Unregister()
    {
        Unregister(_native, TokenId);
        _native = null;
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

    private urma_target_seg_t* RegisterNative()
    {
        var config = default(urma_seg_cfg_t);
        config.va = (ulong)Address;
        config.len = (ulong)UbTargetSegment.NativeLength(Length);
        config.token_value.token = CurrentToken.Value;
        config.flag.bs.token_policy = Liburma.URMA_TOKEN_PLAIN_TEXT;
        config.flag.bs.access = (uint)Access;
        DevicePages.Keep(UbLibrary.KeepPages, KeepsPages);
        Marshal.SetLastSystemError(0);
        urma_target_seg_t* native = Liburma.urma_register_seg(_context.Native, &config);
        int error = Marshal.GetLastSystemError();
        DevicePages.Keep(UbLibrary.KeepPages, false);
        return native != null ? native : throw UbError.FromErrno(error, $"register {Length} bytes at 0x{Address:x}");
    }
}
