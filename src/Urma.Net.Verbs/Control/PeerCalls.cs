using System.Text;
using Urma.Net.Internal;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Verbs.Control;

/// <summary>Asks peers and waits for what they answer.</summary>
internal static class PeerCalls
{
    /// <summary>Asks, and waits.</summary>
    /// <param name="peer">Whom.</param>
    /// <param name="request">What.</param>
    /// <param name="undo">What to do about a success that comes when nobody waits any more.</param>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="UrmaException">The peer's own status and message, <see cref="UrmaStatus.TimedOut"/>, or the peer is gone.</exception>
    public static TAnswer Ask<TRequest, TAnswer>(
        ControlPeer peer, in TRequest request, Action<TAnswer>? undo, TimeSpan timeout, CancellationToken ct)
        where TRequest : struct, IControlRequest<TRequest, TAnswer>
        where TAnswer : struct, IControlRecord<TAnswer>
    {
        Deadline deadline = Deadline.After(timeout);
        ct.ThrowIfCancellationRequested();
        PendingCall call = Begin<TRequest, TAnswer>(peer, request);
        bool ended;
        try
        {
            ended = call.Wait(deadline, ct);
        }
        catch (OperationCanceledException) when (peer.Calls.TryAbandon(call, late => Undo(late, undo)))
        {
            throw;
        }
        catch (OperationCanceledException)
        {
            ended = false;
        }

        if (!ended && peer.Calls.TryAbandon(call, late => Undo(late, undo)))
        {
            throw new UrmaException(
                UrmaStatus.TimedOut,
                $"{peer} did not answer {TRequest.Message} within {timeout.TotalSeconds:0.###} s: it is stopped, overloaded or stuck.");
        }

        return End<TAnswer>(peer, call, TRequest.Message);
    }

    /// <summary>Asks without waiting.</summary>
    public static PendingCall Begin<TRequest, TAnswer>(ControlPeer peer, in TRequest request)
        where TRequest : struct, IControlRequest<TRequest, TAnswer>
        where TAnswer : struct, IControlRecord<TAnswer>
    {
        PendingCall call = peer.Calls.Add();

        // Where it cannot be sent the peer is gone or about to be, which ends the call.
        _ = peer.Send(ControlFrames.Of(TRequest.Message, FrameKind.Request, call.Id, request));
        return call;
    }

    /// <summary>The answer to a call that has ended, or is about to.</summary>
    public static TAnswer End<TAnswer>(ControlPeer peer, PendingCall call, ControlMessage message)
        where TAnswer : struct, IControlRecord<TAnswer>
    {
        // Whoever took it out of the list ends it now.
        _ = call.Wait(Deadline.After(TimeSpan.FromSeconds(1)), CancellationToken.None);
        if (call.Fault is { } fault)
        {
            throw new UrmaException(UrmaStatus.Failed, fault);
        }

        if (call.Status != UrmaStatus.Success)
        {
            UrmaStatus status = Enum.IsDefined(call.Status) ? call.Status : UrmaStatus.Failed;
            throw new UrmaException(status, $"{peer} refused {message}: {Encoding.UTF8.GetString(call.Payload)}")
            {
                ProvesAbsence = status is UrmaStatus.InvalidArgument or UrmaStatus.OperationNotPermitted,
            };
        }

        return TryRead(call.Payload, out TAnswer answer)
            ? answer
            : throw new UrmaException(UrmaStatus.Failed, $"{peer} answered {message} with {call.Payload.Length} bytes that make no sense.");
    }

    /// <summary>Refuses to wait where others would wait for this thread.</summary>
    public static void ThrowIfServing(FabricLoop loop)
    {
        if (WorkerPool.IsCurrent || loop.IsCurrent)
        {
            throw new InvalidOperationException(
                "A call that waits for other engines was made on a thread that serves them: make it on another thread.");
        }
    }

    private static void Undo<TAnswer>(byte[] payload, Action<TAnswer>? undo)
        where TAnswer : struct, IControlRecord<TAnswer>
    {
        if (undo is not null && TryRead(payload, out TAnswer answer))
        {
            undo(answer);
        }
    }

    private static bool TryRead<TAnswer>(byte[] payload, out TAnswer answer)
        where TAnswer : struct, IControlRecord<TAnswer>
    {
        var reader = new RecordReader(payload);
        answer = TAnswer.Read(ref reader);
        return reader.IsWhole;
    }
}
