using System.Diagnostics;
using System.Runtime.CompilerServices;
using Urma.Net.Diagnostics;

namespace Urma.Net.Providers.Loopback;

/// <summary>The few operations that are timed, and how long requests wait.</summary>
internal sealed unsafe partial class LoopbackSendQueue
{
    // When the request was taken up that is about to join the backlog; 0 where it is not timed.
    private long _timedSince;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Outcome ExecuteTimed(in WorkRequest request, ReadOnlySpan<SegmentRange> gather, out CompletionStatus status, out long length)
    {
        long began = _sampler.Begin();
        Outcome outcome = Execute(in request, gather, out status, out length);
        long ended = Stopwatch.GetTimestamp();
        if (outcome == Outcome.Done)
        {
            EndTime(in request, status, began, ended);
            SeeDepth();
        }
        else if (outcome != Outcome.Malformed)
        {
            _timedSince = began;
        }

        return outcome;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int ExecuteRunTimed(ReadOnlySpan<WorkRequest> requests)
    {
        long began = _sampler.Begin();
        int run = ExecuteSendRun(new PostedRun(this, requests));
        long ended = Stopwatch.GetTimestamp();
        if (run != 0)
        {
            EndTime(in requests[0], CompletionStatus.Success, began, ended);
            SeeDepth();
        }

        return run;
    }

    // Posting thread, for a request that joins the backlog.
    private long StampOfNext()
    {
        long since = _timedSince;
        _timedSince = 0;
        return since != 0 ? since : _sampler.IsDue() ? _sampler.Begin() : 0;
    }

    // After the clock was read: looking for the peer may take as long as a short operation.
    private void EndTime(in WorkRequest request, CompletionStatus status, long began, long ended)
    {
        if (status == CompletionStatus.Success && request.Opcode != Opcode.Nop)
        {
            _sampler.End(OperationSampler.KindOf(request.Opcode), began, ended, PeerOf(in request));
        }
    }

    private int PeerOf(in WorkRequest request) =>
        request.Target != 0 ? FindLane(request.Target)?.Peer.Observed ?? -1
        : _remoteTable.IsCurrent(request.Remote.Token) ? _remote[(uint)request.Remote.Token].Observed - 1
        : -1;

    // Under the gate, when a request leaves the backlog.
    private void EndTimes(in PendingWork work, CompletionStatus status)
    {
        if (!Observability.IsOn)
        {
            return;
        }

        if (work.StalledSince != 0)
        {
            _counters->ReceiverNotReadyTime += Elapsed.NanosecondsSince(work.StalledSince);
            _counters->StalledSince = 0;
        }

        if (work.PostedAt != 0)
        {
            EndTime(in work.Request, status, work.PostedAt, Stopwatch.GetTimestamp());
        }
    }

    // Under the gate.
    private void BeginStall(ref PendingWork work)
    {
        if (Observability.IsOn)
        {
            _counters->ReceiverNotReady++;
            work.StalledSince = work.StalledSince == 0 ? Stopwatch.GetTimestamp() : work.StalledSince;
            _counters->StalledSince = work.StalledSince;
        }
    }

    private void SeeDepth()
    {
        if (Observability.IsOn)
        {
            _counters->MaxOutstanding = Math.Max(_counters->MaxOutstanding, Math.Min(Outstanding, Depth));
        }
    }
}
