using Urma.Net.Internal;

namespace Urma.Net.Global;

/// <summary>The memory a member has mapped: the directory, the regions' bytes, and its own sign of life.</summary>
/// <remarks>
/// Disposing ends the grants or imports; the addresses stay valid, showing scratch memory, as long as anything can reach this
/// object, so that a thread that is late in a scope harms nobody.
/// </remarks>
internal sealed unsafe class OwnershipMemory : IDisposable
{
    private readonly List<ISegmentLease> _leases = [];
    private readonly List<IDisposable> _segments = [];
    private Segment? _directory;
    private Segment? _data;

    public OwnershipMemory(UrmaContext context) => Presence = new Presence(context);

    ~OwnershipMemory() => Release();

    public Presence Presence { get; }

    /// <summary>The regions' first byte.</summary>
    public byte* Data { get; private set; }

    /// <summary>The modelled link to the directory; null without one, and for the creator.</summary>
    public FabricLink? Link { get; private set; }

    /// <summary>The creator's own.</summary>
    public Segment DirectorySegment => _directory!;

    /// <summary>The creator's own.</summary>
    public Segment DataSegment => _data!;

    /// <returns>The directory's first byte.</returns>
    public byte* Allocate(UrmaContext context, DirectoryLayout layout, Token token)
    {
        _directory = Keep(context.AllocateSegment(layout.Length, new SegmentOptions { Token = token }));
        _data = Keep(context.AllocateSegment(layout.Capacity));
        _leases.Add(_directory.Lease(out byte* start));
        _leases.Add(_data.Lease(out byte* data));
        Data = data;
        return start;
    }

    /// <returns>The directory's first byte.</returns>
    public byte* ImportDirectory(UrmaContext context, SegmentDescriptor descriptor, Token token)
    {
        TargetSegment target = Keep(context.ImportSegment(descriptor, token));
        Link = context.Global.LinkTo(target.GlobalAddress);
        _leases.Add(target.Lease(out byte* start));
        return start;
    }

    public void ImportData(UrmaContext context, SegmentDescriptor descriptor, Token token)
    {
        TargetSegment target = Keep(context.ImportSegment(descriptor, token));
        _leases.Add(target.Lease(out byte* data));
        Data = data;
    }

    public void Dispose()
    {
        Presence.Dispose();
        _segments.ForEach(static s => s.Dispose());
    }

    private T Keep<T>(T segment)
        where T : IDisposable
    {
        _segments.Add(segment);
        return segment;
    }

    private void Release() => _leases.ForEach(static l => l.Release());
}
