using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>Decides who becomes a peer once it has introduced itself, and as which one. Fabric thread only.</summary>
internal sealed class PeerAdmission
{
    private readonly LoopbackFabric _fabric;
    private readonly ControlLimits _limits;
    private readonly EngineIdentity _identity;
    private readonly PeerTable _table;
    private readonly PeerTraffic _traffic;
    private readonly IControlHandler _handler;
    private int _nextIndex;

    internal PeerAdmission(
        LoopbackFabric fabric,
        ControlLimits limits,
        EngineIdentity identity,
        PeerTable table,
        PeerTraffic traffic,
        IControlHandler handler)
    {
        _fabric = fabric;
        _limits = limits;
        _identity = identity;
        _table = table;
        _traffic = traffic;
        _handler = handler;
    }

    /// <summary>Makes the other end of an introduced connection a peer.</summary>
    /// <exception cref="UrmaException">It is refused; the message says why, as words about it.</exception>
    internal void Admit(PeerLink link)
    {
        Hello hello = link.Handshake!.Hello!.Value;
        LoopbackPeer? existing = _table.Find(hello.Uasid);
        CheckBelongs(link, hello);
        if (existing is not null && existing.Incarnation != hello.Incarnation)
        {
            Displace(link, existing);
            existing = null;
        }

        if (existing is not null)
        {
            Join(link, existing);
        }
        else
        {
            Introduce(link, hello);
        }
    }

    private void CheckBelongs(PeerLink link, Hello hello)
    {
        if (!_fabric.Contains(hello.Eid))
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument, $"it belongs to another fabric (EID {hello.Eid} instead of {_fabric.Eid})");
        }

        if (link.IsOutgoing && link.Handshake!.Attempt!.Uasid != hello.Uasid)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, $"it says that its UASID is 0x{hello.Uasid:x6}");
        }
    }

    // Two engines claim one UASID: the older died a moment ago, or one of them lies. Whom a connection of ours reaches
    // under the name is right, for a name has one holder.
    private void Displace(PeerLink link, LoopbackPeer existing)
    {
        if (!link.IsOutgoing && !HoldsName(link, existing))
        {
            throw new UrmaException(
                UrmaStatus.TryAgain, $"its UASID is that of {existing.Name}, which is alive");
        }

        _traffic.Lose(existing, $"{existing.Name} is gone: another engine has its UASID now");
    }

    private bool HoldsName(PeerLink link, LoopbackPeer existing)
    {
        if (link.ProcessId == existing.ProcessId)
        {
            // One process closed an engine and opened another; the end of the old connection is on its way.
            return false;
        }

        try
        {
            using UnixChannel? holder = UnixChannel.TryConnect(_fabric.EngineName(existing.Uasid), TimeSpan.Zero);
            return holder?.Peer.Pid == link.ProcessId;
        }
        catch (UrmaException)
        {
            return false;
        }
    }

    // Both ends connected at the same time, or this engine connected to itself: one peer with two connections.
    private void Join(PeerLink link, LoopbackPeer existing)
    {
        if (existing.ProcessId != link.ProcessId)
        {
            throw new UrmaException(UrmaStatus.OperationNotPermitted, $"it pretends to be {existing.Name}");
        }

        if (existing.Links.Exists(other => other.IsOutgoing == link.IsOutgoing))
        {
            throw new UrmaException(UrmaStatus.TryAgain, "it has a connection already, whose end may be on its way");
        }

        Answer(link);
        _traffic.Adopt(link, existing);
        Finish(link);
    }

    private void Introduce(PeerLink link, Hello hello)
    {
        if (_table.Snapshot.Length >= _limits.MaximumPeers)
        {
            throw new UrmaException(
                UrmaStatus.OutOfMemory, $"this engine has {_limits.MaximumPeers} peers already, which is the most there can be");
        }

        LinkHandshake handshake = link.Handshake!;
        var peer = new LoopbackPeer(_nextIndex++, hello, link.ProcessId, handshake.ContextPage!, handshake.Process!);
        _handler.OnPeerConnected(peer);
        try
        {
            Answer(link);
            _traffic.Adopt(link, peer);
        }
        catch (UrmaException error)
        {
            _traffic.Lose(peer, $"{peer.Name} was lost during the handshake: {error.Message.TrimEnd('.')}");
            throw;
        }

        handshake.ContextPage = null;
        handshake.Process = null;
        Finish(link);
        _table.Add(peer);
    }

    // Before anything else goes out on this connection, so that the other end meets our messages introduced.
    private void Answer(PeerLink link)
    {
        if (!link.IsOutgoing && _identity.SendHello(link) != SendOutcome.Accepted)
        {
            throw new UrmaException(UrmaStatus.Failed, "it closed the connection during the handshake");
        }
    }

    private static void Finish(PeerLink link)
    {
        link.Handshake!.Dispose();
        link.Handshake = null;
    }
}
