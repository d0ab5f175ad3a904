namespace Urma.Net.Global;

/// <summary>One place a region lies or lay in, reachable from here.</summary>
internal sealed class PlacedLocation : IDisposable
{
    private readonly TargetSegment? _import;

    private PlacedLocation(uint generation, GlobalAddress address, TargetSegment? import)
    {
        Generation = generation;
        Address = address;
        _import = import;
    }

    public uint Generation { get; }

    public GlobalAddress Address { get; }

    /// <summary>Notes in a directory where a generation lies.</summary>
    public static void Write(in SharedWords view, uint generation, in SegmentDescriptor descriptor, Token token)
    {
        Span<byte> bytes = stackalloc byte[SegmentDescriptor.Size];
        descriptor.WriteTo(bytes);
        SharedDirectory.Write(view, PlacedMemoryLayout.Place(generation), bytes);
        view.StoreRelease(PlacedMemoryLayout.Place(generation) + SegmentDescriptor.Size, (ulong)token.Value);
    }

    /// <summary>Imports what a directory says; null and why where that fails.</summary>
    public static PlacedLocation? TryReach(UrmaContext context, in SharedWords view, uint generation, long length, out GlobalMemoryStatus fault)
    {
        Span<byte> bytes = stackalloc byte[SegmentDescriptor.Size];
        SharedDirectory.Read(view, PlacedMemoryLayout.Place(generation), bytes);
        var token = new Token((uint)view.LoadAcquire<ulong>(PlacedMemoryLayout.Place(generation) + SegmentDescriptor.Size));
        try
        {
            return Reach(context, SegmentDescriptor.Read(bytes), token, generation, length, out fault);
        }
        catch (UrmaException error)
        {
            fault = error.Status == UrmaStatus.TimedOut ? GlobalMemoryStatus.TimedOut : GlobalMemoryStatus.OwnerLost;
            return null;
        }
    }

    /// <summary>Imports a segment, or finds it as this context's own.</summary>
    /// <exception cref="UrmaException">It cannot be imported.</exception>
    public static PlacedLocation? Reach(
        UrmaContext context, in SegmentDescriptor descriptor, Token token, uint generation, long length, out GlobalMemoryStatus fault)
    {
        var address = new GlobalAddress(descriptor.Eid, descriptor.Uasid, descriptor.VirtualAddress);
        bool isOwn = descriptor.Eid == context.Eid && descriptor.Uasid == context.Uasid;
        TargetSegment? import = isOwn ? null : context.ImportSegment(descriptor, token);

        // This context may do everything with its own memory, but the others will not import what is not granted.
        fault = isOwn ? CheckOwn(context.FindOwnSegment(descriptor.TokenId), descriptor, token) : GlobalMemoryStatus.Success;
        fault = fault != GlobalMemoryStatus.Success ? fault
            : descriptor.Length < length ? GlobalMemoryStatus.InvalidRange
            : context.Global.Query(address, length, forWriting: true);
        if (fault == GlobalMemoryStatus.Success)
        {
            return new PlacedLocation(generation, address, import);
        }

        import?.Dispose();
        return null;
    }

    public void Dispose() => _import?.Dispose();

    private static GlobalMemoryStatus CheckOwn(Segment? own, in SegmentDescriptor descriptor, Token token)
    {
        const SegmentAccess Needed = SegmentAccess.Read | SegmentAccess.Write;
        return own is null || own.IsDisposed || own.Descriptor != descriptor || own.Token != token ? GlobalMemoryStatus.Revoked
            : (own.Access & Needed) != Needed ? GlobalMemoryStatus.AccessDenied
            : GlobalMemoryStatus.Success;
    }
}
