using System.Runtime.CompilerServices;

namespace Urma.Net.Providers.Loopback;

/// <summary>Queues whose requests name things by the peer's numbers, and what becomes of a queue when a request fails.</summary>
internal sealed unsafe partial class LoopbackSendQueue
{
    /// <summary>Marks a request that <see cref="JfsOptions.Way"/> must bind before it runs.</summary>
    public const WorkRequestFlags LateBound = (WorkRequestFlags)(1 << 7);

    /// <summary>The token of the remote address of a message that writes nothing.</summary>
    public const ulong NoRemote = ulong.MaxValue;

    private int _rnrRetry;
    private TimeSpan _rnrTimer;
    private TimeSpan _ackTimeout = Timeout.InfiniteTimeSpan;

    /// <summary>How long to wait for a peer, from the next request that has to wait.</summary>
    /// <param name="rnrRetry">As <see cref="JfsOptions.RnrRetry"/>.</param>
    /// <param name="rnrTimer">As <see cref="JfsOptions.RnrTimer"/>.</param>
    /// <param name="ackTimeout">For a peer that is not connected yet; infinite for ever.</param>
    public void SetRetry(int rnrRetry, TimeSpan rnrTimer, TimeSpan ackTimeout)
    {
        lock (_gate)
        {
            _rnrRetry = rnrRetry;
            _rnrTimer = rnrTimer;
            _ackTimeout = ackTimeout;
        }
    }

    /// <summary>Opens the lane to a target now, or finds it. By who posts or runs what was posted.</summary>
    public LoopbackSendLane Open(LoopbackTargetJetty target) => FindLane(target.Token) ?? AddLane(target);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Outcome ExecuteLate(in WorkRequest request, ReadOnlySpan<SegmentRange> gather, out CompletionStatus status, out long length)
    {
        WorkRequest bound = request;
        bound.Flags &= ~LateBound;
        length = 0;
        status = CompletionStatus.LocalOperationError;
        switch (_way?.Bind(ref bound, out status) ?? WayAnswer.Failed)
        {
            case WayAnswer.Bound:
                return ExecuteGeneral(in bound, gather, out status, out length);
            case WayAnswer.NotYet:
                status = CompletionStatus.Success;
                return Outcome.Unconnected;
            default:
                return Done(ref length, status);
        }
    }

    // What a failed request means for the queue, and for the status that is shown.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Settle(ref CompletionStatus status)
    {
        if (_onFailure == QueueFailure.Hide)
        {
            if (status is not (CompletionStatus.LocalLengthError or CompletionStatus.LocalOperationError or CompletionStatus.LocalAccessError
                or CompletionStatus.WorkRequestFlushed))
            {
                status = CompletionStatus.Success;
            }

            return;
        }

        if (_onFailure == QueueFailure.End && _state == JettyState.Ready)
        {
            _state = JettyState.Error;
            _way?.OnEnded(status);
        }
    }

    // Such a queue takes requests in the error state, too, and gives them back.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private UrmaStatus PostFlushed(ReadOnlySpan<WorkRequest> requests, ref int posted)
    {
        if (_onFailure == QueueFailure.Report)
        {
            return UrmaStatus.Failed;
        }

        lock (_gate)
        {
            while (posted < requests.Length)
            {
                if (!_ring.HasRoom((uint)Pending))
                {
                    return UrmaStatus.TryAgain;
                }

                ref readonly WorkRequest request = ref requests[posted++];
                _ring.Push(request.UserContext, 0, CompletionStatus.WorkRequestFlushed, _flags, (byte)request.Opcode);
            }
        }

        return UrmaStatus.Success;
    }

    private static CompletionStatus OverdueStatus(Outcome outcome) =>
        outcome == Outcome.Unconnected ? CompletionStatus.AckTimeout : CompletionStatus.RnrRetryCountExceeded;
}
