using System.Diagnostics;
using System.Runtime.CompilerServices;
using Urma.Net.Interop.Libibverbs;
using Urma.Net.Providers.Loopback;

namespace Urma.Net.Exports.Roub;

/// <summary>The ways of a datagram QP: to any QP whose number a request names. What does not get there is lost, and nobody is told.</summary>
internal sealed class DatagramWay(RoubQp queuePair) : IConnection
{
    private const int CacheSize = 64;

    // Somebody who was not there is not asked for again before.
    private static readonly long AskInterval = Stopwatch.Frequency / 100;

    private readonly RoubContext _context = queuePair.Context;
    private readonly Dictionary<uint, Peer> _peers = [];
    private readonly Peer?[] _recent = new Peer?[CacheSize];

    /// <summary>The target for a QP number and queue key, as a request that is bound late names it.</summary>
    public static ulong NameOf(uint number, uint queueKey) => number | ((ulong)queueKey << 32);

    /// <summary>The jetty of a QP; false where the request is bound late.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFind(uint number, uint queueKey, out ulong target)
    {
        if (Volatile.Read(ref _recent[number % CacheSize]) is { } peer && peer.Number == number && peer.QueueKey == queueKey
            && peer.Lane is { IsUsable: true } lane)
        {
            target = lane.Target.Token;
            return true;
        }

        target = 0;
        return false;
    }

    public void Configure(in ibv_qp_attr attributes)
    {
    }

    public WayAnswer Bind(ref WorkRequest request, out CompletionStatus status)
    {
        // A request that cannot be bound completes as if it had been lost on its way.
        status = CompletionStatus.Success;
        var number = (uint)request.Target;
        var queueKey = (uint)(request.Target >> 32);
        if (!_peers.TryGetValue(number, out Peer? peer))
        {
            peer = new Peer(number);
            _peers.Add(number, peer);
        }

        if (peer.Lane is not { IsUsable: true } && !TryConnect(peer))
        {
            return WayAnswer.Failed;
        }

        if (peer.QueueKey != queueKey)
        {
            return WayAnswer.Failed;
        }

        Volatile.Write(ref _recent[number % CacheSize], peer);
        request.Target = peer.Lane!.Target.Token;
        return WayAnswer.Bound;
    }

    public void OnEnded(CompletionStatus status)
    {
    }

    public void Dispose()
    {
        foreach (Peer peer in _peers.Values)
        {
            peer.Target?.Dispose();
        }
    }

    private bool TryConnect(Peer peer)
    {
        long now = Stopwatch.GetTimestamp();
        if (QueueNumber.EngineOf(peer.Number) == 0 || now < peer.NextAsk)
        {
            return false;
        }

        peer.NextAsk = now + AskInterval;
        peer.Lane = null;
        try
        {
            peer.Target?.Dispose();
            var descriptor = new JettyDescriptor(_context.Engine.Eid, QueueNumber.EngineOf(peer.Number), QueueNumber.IndexOf(peer.Number), 0);
            peer.Target = (LoopbackTargetJetty)_context.Engine.ImportJetty(descriptor, new Token(0));
            LoopbackSendLane lane = queuePair.Queue.Open(peer.Target);
            peer.QueueKey = PeerAttributes.QueueKeyOf(lane.PeerAttributes);
            peer.Lane = lane;
            return true;
        }
        catch (UrmaException error)
        {
            Answer.Log(error);
            return false;
        }
    }

    private sealed class Peer(uint number)
    {
        public uint Number => number;

        public uint QueueKey { get; set; }

        public long NextAsk { get; set; }

        public LoopbackTargetJetty? Target { get; set; }

        public LoopbackSendLane? Lane { get; set; }
    }
}
