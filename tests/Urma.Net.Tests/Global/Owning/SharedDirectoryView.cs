using Urma.Net.Global;
using Urma.Net.Internal;

namespace Urma.Net.Tests.Global.Owning;

/// <summary>A domain's directory as any process with the secret can map it: for writing what another member would.</summary>
internal sealed unsafe class SharedDirectoryView : IDisposable
{
    private readonly TargetSegment _segment;
    private readonly ISegmentLease _lease;

    public SharedDirectoryView(TwoMembers two)
    {
        Context = UrmaContext.Open(two.Fabric);
        SegmentDescriptor descriptor = SegmentDescriptor.Read(Context.Lookup("ownership.domain", TwoMembers.Bound));
        _segment = Context.ImportSegment(descriptor, two.Creator.Token);
        _lease = _segment.Lease(out byte* start);
        Directory = new OwnershipDirectory(start, DirectoryLayout.Read(new ReadOnlySpan<byte>(start, DirectoryLayout.OrderOffset), descriptor.Length));
    }

    public UrmaContext Context { get; }

    public OwnershipDirectory Directory { get; }

    /// <summary>Places are given in order: the creator has 0, the joiner 1.</summary>
    public MemberRecord this[int member] => Directory.Member(member);

    /// <summary>The order's word while a member holds it.</summary>
    public ulong WordOf(int member) => ((ulong)this[member].Identity << 32) | ((ulong)member + 1);

    public void Dispose()
    {
        _lease.Release();
        _segment.Dispose();
        Context.Dispose();
    }
}
