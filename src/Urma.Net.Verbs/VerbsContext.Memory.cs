using Urma.Net.Providers.Devices;
using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs;

/// <content>Segments, and what is imported.</content>
public sealed unsafe partial class VerbsContext
{
    private readonly Dictionary<uint, VerbsSegment> _segments = [];
    private readonly List<VerbsTargetSegment> _importedSegments = [];
    private readonly Dictionary<ulong, VerbsTargetJetty> _importedJetties = [];
    private readonly List<RemoteEngine?> _engines = [];
    private uint _lastTokenId;

    /// <inheritdoc/>
    public override Segment AllocateSegment(long length, SegmentOptions? options = null)
    {
        Objects.ThrowIfDisposed();
        options = Check(length, options);
        return Known(Objects.Keep(DeviceMemory.Allocate(length, options, memory => new VerbsSegment(this, in memory, length, options))));
    }

    /// <inheritdoc/>
    public override Segment RegisterSegment(void* address, long length, SegmentOptions? options = null)
    {
        Objects.ThrowIfDisposed();
        options = CheckUnmapped(address, length, options);
        return Known(Objects.Keep(new VerbsSegment(this, new DeviceMemory((nint)address, 0), length, options)));
    }

    /// <inheritdoc/>
    public override TargetSegment ImportSegment(SegmentDescriptor descriptor, Token token)
    {
        Objects.ThrowIfDisposed();
        RemoteEngine engine = GetEngine(descriptor.Eid, descriptor.Uasid);
        using Withdrawals.Listener listener = engine.Segments.Listen();
        ImportSegmentAnswer answer = Control.ImportSegment(
            engine.RequirePeer(), new ImportSegmentRequest(descriptor.TokenId, descriptor.Generation, token), Options.ControlTimeout);
        SegmentDescriptor granted = descriptor with
        {
            VirtualAddress = answer.Address, Length = answer.Length, Access = answer.Access, Generation = answer.Generation,
        };
        VerbsTargetSegment segment;
        lock (_lock)
        {
            segment = new VerbsTargetSegment(this, engine, granted, token, answer.RemoteKey);
            _importedSegments.Add(segment);
        }

        _ = KnownImport(segment);
        if (engine.IsGone || engine.Segments.Includes(w => w == (granted.TokenId, granted.Generation)))
        {
            segment.End();
        }

        return Objects.Keep(segment);
    }

    /// <inheritdoc/>
    public override TargetJetty ImportJetty(JettyDescriptor descriptor, Token token)
    {
        Objects.ThrowIfDisposed();
        RemoteEngine engine = GetEngine(descriptor.Eid, descriptor.Uasid);
        using Withdrawals.Listener listener = engine.Jetties.Listen();
        ImportJettyAnswer answer = Control.ImportJetty(
            engine.RequirePeer(), new ImportJettyRequest(descriptor.JettyId, descriptor.JfrId, token), Options.ControlTimeout);
        VerbsTargetJetty jetty;
        lock (_lock)
        {
            jetty = new VerbsTargetJetty(this, engine, descriptor with { JfrId = answer.JfrId }, token);
            _importedJetties[jetty.Token] = jetty;
        }

        JettyDescriptor known = jetty.Descriptor;
        if (engine.IsGone)
        {
            jetty.End(engine.Fault!);
        }
        else if (engine.Jetties.Includes(w => w.First == 0 ? w.Second == known.JfrId : w.First == known.JettyId))
        {
            jetty.End($"{engine.Peer} has closed it");
        }

        return Objects.Keep(jetty);
    }

    internal override Segment? FindOwnSegment(uint tokenId)
    {
        lock (_lock)
        {
            return _segments.GetValueOrDefault(tokenId);
        }
    }

    internal override TargetSegment ImportSegmentAt(SegmentDescriptor descriptor, Token token, nint address) =>
        throw new UrmaException(UrmaStatus.Failed, "Memory behind an RDMA device is not mapped: what needs one address in all processes needs the loopback provider.");

    internal override bool IsEngineGone(uint uasid)
    {
        lock (_lock)
        {
            return _engines.Exists(e => e?.Peer?.Identity.Uasid == uasid) && _engines.TrueForAll(e => e?.Peer?.Identity.Uasid != uasid || e.IsGone);
        }
    }

    internal uint AddSegment(VerbsSegment segment, uint? tokenId)
    {
        lock (_lock)
        {
            uint id = tokenId ?? ++_lastTokenId;
            _segments[id] = segment;
            return id;
        }
    }

    internal void RemoveSegment(VerbsSegment segment)
    {
        lock (_lock)
        {
            if (_segments.GetValueOrDefault(segment.TokenId) == segment)
            {
                _segments.Remove(segment.TokenId);
            }
        }
    }

    internal void Remove(VerbsTargetSegment segment)
    {
        lock (_lock)
        {
            _importedSegments.Remove(segment);
        }
    }

    internal void Remove(VerbsTargetJetty jetty)
    {
        lock (_lock)
        {
            _importedJetties.Remove(jetty.Token);
        }
    }

    internal VerbsTargetJetty? FindTarget(ulong token)
    {
        lock (_lock)
        {
            return _importedJetties.GetValueOrDefault(token);
        }
    }

    internal RemoteEngine? FindEngine(int index)
    {
        lock (_lock)
        {
            return (uint)index < (uint)_engines.Count ? _engines[index] : null;
        }
    }

    /// <summary>Has the memory's owner carry out an atomic.</summary>
    /// <exception cref="UrmaException">It refuses, does not answer, or is gone.</exception>
    internal ulong ExecuteAtOwner(in WorkRequest request)
    {
        VerbsTargetSegment segment;
        ulong token = request.Remote.Token;
        lock (_lock)
        {
            segment = _importedSegments.Find(s => s.PlaceToken == token)
                ?? throw new UrmaException(UrmaStatus.InvalidArgument, "The segment is no longer imported.");
        }

        bool isSwap = request.Opcode == Opcode.CompareSwap;
        return Control.ExecuteAtomic(
            segment.Engine.RequirePeer(),
            new ExecuteAtomicRequest(
                segment.Descriptor.TokenId,
                segment.Descriptor.Generation,
                segment.Secret,
                request.Opcode,
                (byte)request.Local.Length,
                request.Remote.Offset,
                isSwap ? request.Extra.Offset : request.Operand,
                isSwap ? request.Operand : 0),
            Options.ControlTimeout).Old;
    }

    private RemoteEngine GetEngine(Eid eid, uint uasid)
    {
        ControlPeer peer = Control.GetPeer(eid, uasid, Options.ControlTimeout);
        lock (_lock)
        {
            RemoteEngine? known = _engines.Find(e => e?.Peer == peer);
            if (known is null)
            {
                known = AddEngine(peer);
            }

            return known;
        }
    }
}
