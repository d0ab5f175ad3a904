using System.Diagnostics;
using System.Runtime.CompilerServices;
using Urma.Net.Interop.Libibverbs;
using Urma.Net.Providers.Loopback;

namespace Urma.Net.Exports.Roub;

/// <summary>The way of a connected QP: to the one QP whose number it was given. Opened by the first request that needs it.</summary>
/// <remarks>
/// The posting thread looks for what is known without a lock; what is not, the engine asks for when it runs the request, one at a time.
/// </remarks>
internal sealed class ConnectedWay(RoubQp queuePair) : IConnection
{
    private const int CacheSize = 64;

    // A peer that is not connected yet is asked this often.
    private static readonly long AskInterval = Stopwatch.Frequency / 1000;

    private readonly RoubContext _context = queuePair.Context;
    private readonly RemoteKey?[] _keys = new RemoteKey?[CacheSize];
    private uint _peer;
    private bool _isReachable;
    private byte _rnrRetry;
    private TimeSpan _ackTimeout;
    private long _nextAsk;
    private LoopbackTargetJetty? _target;
    private volatile LoopbackSendLane? _lane;

    /// <summary>The peer's jetty, where it is connected; otherwise false, and the request is bound late.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFindPeer(out ulong target)
    {
        if (_lane is { IsUsable: true } lane)
        {
            target = lane.Target.Token;
            return true;
        }

        target = 0;
        return false;
    }

    /// <summary>The place in a peer's region, where its key is known and grants the right; otherwise false, and the request is bound late.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFindPlace(uint key, ulong address, ibv_access_flags right, out RemoteAddress place)
    {
        if (Volatile.Read(ref _keys[key % CacheSize]) is { } known && known.Key == key && KeyTable.Grants(key, right) && _lane is { IsUsable: true } lane
            && Grants(lane, right))
        {
            place = new RemoteAddress(address - known.Start, known.Token);
            return true;
        }

        place = default;
        return false;
    }

    public void Configure(in ibv_qp_attr attributes)
    {
        _peer = attributes.dest_qp_num;
        _isReachable = Library.Reaches(in attributes.ah_attr) && QueueNumber.EngineOf(_peer) != 0;
        _rnrRetry = attributes.rnr_retry;
        _ackTimeout = attributes.timeout == 0
            ? Timeout.InfiniteTimeSpan
            : TimeSpan.FromMicroseconds(4.096 * Math.Pow(2, attributes.timeout) * (attributes.retry_cnt + 1));
        queuePair.Queue.SetRetry(_rnrRetry, RnrTimers.Get(attributes.min_rnr_timer), _ackTimeout);
    }

    public WayAnswer Bind(ref WorkRequest request, out CompletionStatus status)
    {
        status = CompletionStatus.AckTimeout;
        if (_lane is { IsUsable: false })
        {
            // To the sender a peer that went is one that does not answer: programs rely on it that a peer may leave first.
            return _ackTimeout == Timeout.InfiniteTimeSpan ? WayAnswer.Failed : WayAnswer.NotYet;
        }

        if (_lane is null && !TryConnect())
        {
            return WayAnswer.NotYet;
        }

        request.Target = _lane!.Target.Token;
        return NeedOf(request.Opcode) is not { } right || IsEmpty(in request) || TryBindPlace(ref request, right)
            ? WayAnswer.Bound
            : Refuse(out status);
    }

    public void OnEnded(CompletionStatus status)
    {
        if (_lane is { } lane && status is CompletionStatus.RemoteAccessAbort or CompletionStatus.RemoteOperationError or CompletionStatus.RemoteResponseLengthError)
        {
            _context.Engine.TellFault(lane, queuePair.Index, status);
        }

        queuePair.OnSendFailed();
    }

    public void Dispose() => _target?.Dispose();

    private static WayAnswer Refuse(out CompletionStatus status)
    {
        status = CompletionStatus.RemoteAccessAbort;
        return WayAnswer.Failed;
    }

    private static bool IsEmpty(in WorkRequest request) => request.Remote.Token == LoopbackSendQueue.NoRemote;

    private static ibv_access_flags? NeedOf(Opcode opcode) => opcode switch
    {
        Opcode.Write or Opcode.WriteImmediate => ibv_access_flags.IBV_ACCESS_REMOTE_WRITE,
        Opcode.Read => ibv_access_flags.IBV_ACCESS_REMOTE_READ,
        Opcode.CompareSwap or Opcode.FetchAdd => ibv_access_flags.IBV_ACCESS_REMOTE_ATOMIC,
        _ => null,
    };

    // The peer's QP grants kinds of access, too.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Grants(LoopbackSendLane lane, ibv_access_flags right) => (PeerAttributes.AccessOf(lane.PeerAttributes) & right) != 0;

    private bool TryBindPlace(ref WorkRequest request, ibv_access_flags right)
    {
        var key = (uint)request.Remote.Token;
        if (!KeyTable.Grants(key, right)
            || !Grants(_lane!, right)
            || !_context.Imports.TryFind(QueueNumber.EngineOf(_peer), key, out RemoteKey? known)
            || known.Domain != PeerAttributes.DomainOf(_lane!.PeerAttributes))
        {
            return false;
        }

        Volatile.Write(ref _keys[key % CacheSize], known);
        request.Remote = new RemoteAddress(request.Remote.Offset - known.Start, known.Token);
        return true;
    }

    private bool TryConnect()
    {
        long now = Stopwatch.GetTimestamp();
        if (!_isReachable || now < _nextAsk)
        {
            return false;
        }

        _nextAsk = now + AskInterval;
        try
        {
            _target?.Dispose();
            var descriptor = new JettyDescriptor(_context.Engine.Eid, QueueNumber.EngineOf(_peer), QueueNumber.IndexOf(_peer), 0);
            _target = (LoopbackTargetJetty)_context.Engine.ImportJetty(descriptor, new Token(0));
            LoopbackSendLane lane = queuePair.Queue.Open(_target);
            queuePair.Queue.SetRetry(_rnrRetry, RnrTimers.Get(PeerAttributes.RnrTimerOf(lane.PeerAttributes)), _ackTimeout);
            _lane = lane;
            return true;
        }
        catch (UrmaException error)
        {
            // Not there, not connected to us, or not any more: as on a network, where there is no answer either.
            Answer.Log(error);
            return false;
        }
    }
}
