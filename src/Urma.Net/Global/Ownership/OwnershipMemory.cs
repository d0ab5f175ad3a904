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
    private Segment? _directory;
    private Segment? _data;
    private TargetSegment? _directoryImport;
    private TargetSegment? _dataImport;

    private readonly bool _isStandIn;

    public OwnershipMemory(UrmaContext context)
    {
        Presence = new Presence(context);
        Card = Presence.ToArray();
        ProcessId = Environment.ProcessId;
    }

    /// <summary>That of a member which stands, in the creator's process, for one elsewhere.</summary>
    /// <param name="creator">The creator's.</param>
    /// <param name="card">The other's sign of life.</param>
    /// <param name="processId">The other's process.</param>
    /// <param name="directory">The directory's first byte.</param>
    public OwnershipMemory(OwnershipMemory creator, byte[] card, int processId, out byte* directory)
    {
        _isStandIn = true;
        Presence = creator.Presence;
        Card = card;
        ProcessId = processId;
        _leases.Add(creator.DirectorySegment.Lease(out directory));
        _leases.Add(creator.DataSegment.Lease(out byte* data));
        Data = data;
    }

    ~OwnershipMemory() => Release();

    /// <summary>This process's sign of life.</summary>
    public Presence Presence { get; }

    /// <summary>The member's sign of life, as others find it.</summary>
    public byte[] Card { get; }

    /// <summary>The member's process.</summary>
    public int ProcessId { get; }

    /// <summary>The regions' first byte.</summary>
    public byte* Data { get; private set; }

    /// <summary>The modelled link to the directory; null without one, and for the creator.</summary>
    public FabricLink? Link { get; private set; }

    /// <summary>The creator's own.</summary>
    public Segment DirectorySegment => _directory!;

    /// <summary>The creator's own.</summary>
    public Segment DataSegment => _data!;

    /// <summary>The creator's. Members that map it are granted it whole; others what <see cref="OwnershipHost"/> grants each.</summary>
    /// <returns>The directory's first byte.</returns>
    public byte* Allocate(UrmaContext context, DirectoryLayout layout, Token token)
    {
        SegmentAccess access = context.Capabilities.SupportsMapping ? SegmentAccess.All : SegmentAccess.LocalOnly;
        _directory = context.AllocateSegment(layout.Length, new SegmentOptions { Token = token, Access = access });
        _data = context.AllocateSegment(layout.Capacity, new SegmentOptions { Access = access });
        _leases.Add(_directory.Lease(out byte* start));
        _leases.Add(_data.Lease(out byte* data));
        Data = data;
        return start;
    }

    /// <returns>The directory's first byte.</returns>
    public byte* ImportDirectory(UrmaContext context, SegmentDescriptor descriptor, Token token)
    {
        _directoryImport = context.ImportSegment(descriptor, token);
        Link = context.Global.LinkTo(_directoryImport.GlobalAddress);
        _leases.Add(_directoryImport.Lease(out byte* start));
        return start;
    }

    public void ImportData(UrmaContext context, SegmentDescriptor descriptor, Token token)
    {
        _dataImport = context.ImportSegment(descriptor, token);
        _leases.Add(_dataImport.Lease(out byte* data));
        Data = data;
    }

    /// <summary>From now on the regions' bytes are this process's own. Not for the creator.</summary>
    public void EndData() => _dataImport?.Dispose();

    /// <summary>The sign of life ends last: while it is there, nobody else gives away what this member has.</summary>
    public void Dispose()
    {
        _directory?.Dispose();
        _data?.Dispose();
        _dataImport?.Dispose();
        _directoryImport?.Dispose();
        if (!_isStandIn)
        {
            Presence.Dispose();
        }
    }

    private void Release() => _leases.ForEach(static l => l.Release());
}
