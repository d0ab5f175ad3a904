using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Interop.Liburma;

namespace Urma.Net.Ub;

/// <summary>Memory of a peer that the device can reach.</summary>
internal sealed unsafe class UbTargetSegment : TargetSegment
{
    private readonly UbContext _context;
    private readonly urma_target_seg_t* _native;
    private bool _hasRoute;
    private int _disposed;

    private UbTargetSegment(UbContext context, SegmentDescriptor descriptor, urma_target_seg_t* native)
        : base(context, descriptor)
    {
        _context = context;
        _native = native;
        RemoteToken = context.RemoteSegments.Add((nint)native, descriptor.VirtualAddress, descriptor.Length, "imported segments");
    }

    public override SegmentMode Mode => SegmentMode.Copied;

    /// <inheritdoc/>
    /// <remarks>The device tells with each operation.</remarks>
    public override bool IsRevoked => false;

    internal override bool WasEndedByOwner => false;

    /// <summary>liburma knows no empty segments: one of no bytes is registered with one.</summary>
    public static long NativeLength(long length) => Math.Max(length, 1);

    public static UbTargetSegment Import(UbContext context, SegmentDescriptor descriptor, Token token)
    {
        var segment = default(urma_seg_t);
        NativeEid.Write(descriptor.Eid, &segment.ubva.eid);
        segment.ubva.uasid = descriptor.Uasid;
        segment.ubva.va = descriptor.VirtualAddress;
        segment.len = (ulong)NativeLength(descriptor.Length);
        segment.attr.bs.token_policy = Liburma.URMA_TOKEN_PLAIN_TEXT;
        segment.attr.bs.access = (uint)descriptor.Access;
        segment.token_id = descriptor.TokenId;
        urma_token_t secret = new() { token = token.Value };
        var flag = default(urma_import_seg_flag_t);
        flag.bs.access = (uint)descriptor.Access;
        Marshal.SetLastSystemError(0);
        urma_target_seg_t* native = Liburma.urma_import_seg(context.Native, &segment, &secret, 0, flag);
        int error = Marshal.GetLastSystemError();
        if (native == null)
        {
            throw UbError.FromErrno(error, $"import segment {descriptor.TokenId} of engine {descriptor.Eid}:0x{descriptor.Uasid:x6}");
        }

        try
        {
            // A device that asks the owner knows what was granted; hardware repeats the question.
            return new UbTargetSegment(context, descriptor with { Access = (SegmentAccess)native->seg.attr.bs.access, Generation = 0 }, native);
        }
        catch
        {
            _ = Liburma.urma_unimport_seg(native);
            throw;
        }
    }

    internal override bool TellsItsEnd => false;

    internal override bool HasWay => _context.NeedsNoRoute || Volatile.Read(ref _hasRoute);

    public void SetRoute(urma_target_jetty_t* route)
    {
        _context.RemoteSegments.SetRoute(RemoteToken, (nint)route);
        Volatile.Write(ref _hasRoute, route != null);
    }

    public override SegmentView Map(long offset, long length) => throw NotMapped();

    internal override ISegmentLease Lease(out byte* address) => throw NotMapped();

    protected override void DisposeCore()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _context.Objects.Drop(this);
        _context.Remove(this);
        _context.RemoteSegments.Retire(RemoteToken);
        _context.Objects.WhenUnused(() =>
        {
            _context.RemoteSegments.Reuse(RemoteToken);
            _ = Liburma.urma_unimport_seg(_native);
        });
    }

    private static UrmaException NotMapped() =>
        new(UrmaStatus.Failed, "A UB device reaches this memory by UDMA, not by load and store (ProviderCapabilities.SupportsMapping): post reads and writes.");
}
