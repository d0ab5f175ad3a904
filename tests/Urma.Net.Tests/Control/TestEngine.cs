using System.Collections.Concurrent;
using Urma.Net.Internal;
using Urma.Net.Interop.Libc;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Tests.Control;

internal delegate void RequestCallback(LoopbackPeer peer, in ControlRequest request, ControlReply reply);

/// <summary>A control plane with a context page of its own and a handler that tests can script.</summary>
internal sealed unsafe class TestEngine : IControlHandler, IDisposable
{
    internal const int PageLength = 8192;

    /// <summary>Long enough that only a hang reaches it.</summary>
    internal static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static readonly UrmaContextOptions NoOptions = new();
    private readonly MemoryFile _page;
    private readonly SharedMapping _mapping;

    internal TestEngine(
        LoopbackFabric fabric, string? label = null, uint? uasid = null, ControlLimits? limits = null, RequestCallback? serve = null)
    {
        Fabric = fabric;
        OnRequest = serve ?? Echo;
        _page = MemoryFile.Create("urma-test-page", PageLength, new MemoryFileOptions { ReadOnlyForOthers = true });
        _mapping = _page.MapShared(writable: true);
        UrmaContextOptions options = NoOptions with { Label = label, Uasid = uasid };
        try
        {
            Plane = new ControlPlane(fabric, fabric.Eid, options, _page.Descriptor, PageLength, this, limits);
        }
        catch
        {
            _mapping.Dispose();
            _page.Dispose();
            throw;
        }

        *(uint*)_mapping.Pointer = Plane.Uasid;
    }

    internal LoopbackFabric Fabric { get; }

    internal ControlPlane Plane { get; }

    internal uint Uasid => Plane.Uasid;

    internal RequestCallback OnRequest { get; set; }

    internal BlockingCollection<LoopbackPeer> Lost { get; } = [];

    internal BlockingCollection<string> Refused { get; } = [];

    internal BlockingCollection<(LoopbackPeer Peer, ControlMessage Type, byte[] Payload)> Notices { get; } = [];

    internal BlockingCollection<byte[]> LateReplies { get; } = [];

    internal Action<LoopbackPeer>? Connecting { get; set; }

    internal int Ticks;

    /// <summary>A fabric that no other test uses.</summary>
    internal static LoopbackFabric NewFabric() => LoopbackFabric.Parse("t" + Guid.NewGuid().ToString("N")[..24]);

    internal LoopbackPeer Connect(TestEngine other) => Plane.GetPeer(other.Plane.Eid, other.Uasid, Soon);

    /// <summary>The peer that connected, a moment after it learned so itself.</summary>
    internal LoopbackPeer AwaitPeer(uint uasid)
    {
        LoopbackPeer? found = null;
        Assert.True(SpinWait.SpinUntil(() => (found = Plane.Peers.FirstOrDefault(peer => peer.Uasid == uasid)) is not null, Soon));
        return found!;
    }

    internal byte[] Ask(LoopbackPeer peer, params byte[] payload)
    {
        using ControlResponse response = Plane.Request(peer, ControlMessage.ImportSegment, payload, [], Soon);
        return response.Payload;
    }

    internal static uint MarkOf(LoopbackPeer peer) => *(uint*)peer.ContextPage.Pointer;

    internal static T Take<T>(BlockingCollection<T> items)
    {
        Assert.True(items.TryTake(out T? item, Soon), "Nothing came.");
        return item;
    }

    public void Dispose()
    {
        Plane.Dispose();
        _mapping.Dispose();
        _page.Dispose();
    }

    void IControlHandler.OnRequest(LoopbackPeer peer, in ControlRequest request, ControlReply reply) =>
        OnRequest(peer, in request, reply);

    void IControlHandler.OnNotice(LoopbackPeer peer, in ControlRequest notice) =>
        Notices.Add((peer, notice.Type, notice.Payload.ToArray()));

    void IControlHandler.OnPeerLost(LoopbackPeer peer) => Lost.Add(peer);

    void IControlHandler.OnPeerConnected(LoopbackPeer peer) => Connecting?.Invoke(peer);

    void IControlHandler.OnLateReply(LoopbackPeer peer, in ControlRequest reply) => LateReplies.Add(reply.Payload.ToArray());

    void IControlHandler.OnRefused(string reason) => Refused.Add(reason);

    TimeSpan IControlHandler.OnTick()
    {
        Interlocked.Increment(ref Ticks);
        return Timeout.InfiniteTimeSpan;
    }

    /// <summary>Sends payload and descriptors back.</summary>
    private static void Echo(LoopbackPeer peer, in ControlRequest request, ControlReply reply)
    {
        reply.Write(request.Payload);
        foreach (int descriptor in request.Fds)
        {
            reply.AddFd(descriptor);
        }
    }
}
