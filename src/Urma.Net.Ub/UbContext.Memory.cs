using Urma.Net.Interop.Liburma;
using Urma.Net.Providers.Devices;

namespace Urma.Net.Ub;

/// <content>Segments and imported jetties.</content>
public sealed unsafe partial class UbContext
{
    private readonly Dictionary<uint, UbSegment> _ownSegments = [];
    private readonly List<UbTargetJetty> _importedJetties = [];
    private readonly List<UbTargetSegment> _importedSegments = [];

    /// <inheritdoc/>
    public override Segment AllocateSegment(long length, SegmentOptions? options = null)
    {
        Objects.ThrowIfDisposed();
        options = Check(length, options);
        return Known(Objects.Keep(DeviceMemory.Allocate(length, options, memory => new UbSegment(this, in memory, length, options))));
    }

    /// <inheritdoc/>
    public override Segment RegisterSegment(void* address, long length, SegmentOptions? options = null)
    {
        Objects.ThrowIfDisposed();
        options = CheckUnmapped(address, length, options);
        return Known(Objects.Keep(new UbSegment(this, new DeviceMemory((nint)address, 0), length, options)));
    }

    /// <inheritdoc/>
    /// <remarks>Hardware asks a target jetty for the way: import a jetty of the segment's owner, too, or one-sided work is refused.</remarks>
    public override TargetSegment ImportSegment(SegmentDescriptor descriptor, Token token)
    {
        Objects.ThrowIfDisposed();
        UbTargetSegment segment = UbTargetSegment.Import(this, descriptor, token);
        lock (_lock)
        {
            _importedSegments.Add(segment);
            segment.SetRoute(RouteTo(descriptor.Eid, descriptor.Uasid));
        }

        return KnownImport(Objects.Keep(segment));
    }

    /// <inheritdoc/>
    public override TargetJetty ImportJetty(JettyDescriptor descriptor, Token token)
    {
        Objects.ThrowIfDisposed();
        UbTargetJetty jetty = UbTargetJetty.Import(this, descriptor, token);
        lock (_lock)
        {
            _importedJetties.Add(jetty);
            UpdateRoutes(descriptor);
        }

        return Objects.Keep(jetty);
    }

    /// <summary>Imports a peer's jetty group.</summary>
    /// <param name="descriptor">What <see cref="UbJettyGroup.Descriptor"/> was at the peer.</param>
    /// <param name="token">The secret.</param>
    /// <param name="policy">The group's policy.</param>
    /// <exception cref="UrmaException">The token does not match, or the group or its owner is gone.</exception>
    public TargetJetty ImportJettyGroup(JettyDescriptor descriptor, Token token, UbGroupPolicy policy)
    {
        Objects.ThrowIfDisposed();
        UbTargetJetty group = UbTargetJetty.Import(this, descriptor, token, policy);
        lock (_lock)
        {
            _importedJetties.Add(group);
            UpdateRoutes(descriptor);
        }

        return Objects.Keep(group);
    }

    internal override Segment? FindOwnSegment(uint tokenId)
    {
        lock (_lock)
        {
            return _ownSegments.GetValueOrDefault(tokenId);
        }
    }

    internal override TargetSegment ImportSegmentAt(SegmentDescriptor descriptor, Token token, nint address) =>
        throw new UrmaException(UrmaStatus.Failed, "Memory behind a UB device is not mapped by liburma: what needs one address in all processes needs the loopback provider.");

    internal void Add(UbSegment segment)
    {
        lock (_lock)
        {
            _ownSegments[segment.TokenId] = segment;
        }
    }

    internal void Remove(UbSegment segment, uint tokenId)
    {
        lock (_lock)
        {
            if (_ownSegments.GetValueOrDefault(tokenId) == segment)
            {
                _ownSegments.Remove(tokenId);
            }
        }
    }

    internal void Remove(UbTargetSegment segment)
    {
        lock (_lock)
        {
            _importedSegments.Remove(segment);
        }
    }

    internal void Remove(UbTargetJetty jetty)
    {
        lock (_lock)
        {
            _importedJetties.Remove(jetty);
            UpdateRoutes(jetty.Descriptor);
        }
    }

    // One-sided work must say by which jetty of the owner it goes.
    private void UpdateRoutes(JettyDescriptor descriptor)
    {
        foreach (UbTargetSegment segment in _importedSegments)
        {
            if (segment.Descriptor.Eid == descriptor.Eid && segment.Descriptor.Uasid == descriptor.Uasid)
            {
                segment.SetRoute(RouteTo(descriptor.Eid, descriptor.Uasid));
            }
        }
    }

    private urma_target_jetty_t* RouteTo(Eid eid, uint uasid)
    {
        foreach (UbTargetJetty jetty in _importedJetties)
        {
            if (jetty.Descriptor.Eid == eid && jetty.Descriptor.Uasid == uasid)
            {
                return jetty.Native;
            }
        }

        return null;
    }
}
