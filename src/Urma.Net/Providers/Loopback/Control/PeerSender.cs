using System.Buffers;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>Sends requests and notices to a peer, on the caller's thread. Thread-safe.</summary>
internal static class PeerSender
{
    private static readonly TimeSpan RoomSlice = TimeSpan.FromMilliseconds(20);

    /// <inheritdoc cref="ControlPlane.Request"/>
    internal static ControlResponse Request(
        LoopbackPeer peer,
        ControlMessage type,
        ReadOnlySpan<byte> payload,
        ReadOnlySpan<int> fds,
        TimeSpan timeout,
        CancellationToken ct)
    {
        Deadline deadline = Deadline.After(timeout);
        PendingRequest request = peer.Pending.Add();
        bool ended;
        try
        {
            ended = Send(peer, type, request.Id, payload, fds, deadline, ct) && request.Wait(deadline, ct);
        }
        catch
        {
            Abandon(peer, request);
            throw;
        }

        ended = ended || !TryAbandon(peer, request);
        if (!ended)
        {
            throw new UrmaException(
                UrmaStatus.TimedOut,
                $"{peer.Name} did not answer {type} within {timeout.TotalSeconds:0.###} s: it is stopped, overloaded or stuck.");
        }

        return End(peer, request);
    }

    /// <inheritdoc cref="ControlPlane.TryBegin"/>
    internal static PendingRequest? TryBegin(LoopbackPeer peer, ControlMessage type, ReadOnlySpan<byte> payload)
    {
        PendingRequest request = peer.Pending.Add();
        bool sent = false;
        try
        {
            sent = Send(peer, type, request.Id, payload, [], Deadline.After(TimeSpan.Zero), CancellationToken.None);
        }
        finally
        {
            if (!sent)
            {
                Abandon(peer, request);
            }
        }

        return sent ? request : null;
    }

    /// <summary>The answer to a request that has ended, to be disposed.</summary>
    /// <exception cref="UrmaException">The peer's own status and message, or its fault.</exception>
    internal static ControlResponse End(LoopbackPeer peer, PendingRequest request) =>
        request.Response ?? throw new UrmaException(request.Status, request.Error ?? peer.Name + " failed.")
        {
            // A lack of something at the peer has other statuses.
            ProvesAbsence = request is { IsRefusal: true, Status: UrmaStatus.InvalidArgument or UrmaStatus.OperationNotPermitted },
        };

    /// <summary>Gives a request up; an answer that has come already is dropped.</summary>
    internal static void Abandon(LoopbackPeer peer, PendingRequest request)
    {
        if (!TryAbandon(peer, request))
        {
            request.Response?.Dispose();
        }
    }

    /// <inheritdoc cref="ControlPlane.TryNotify"/>
    internal static bool TryNotify(LoopbackPeer peer, ControlMessage type, ReadOnlySpan<byte> payload)
    {
        byte[] frame = ArrayPool<byte>.Shared.Rent(ControlFrame.HeaderSize + payload.Length);
        try
        {
            Span<byte> used = Fill(frame, type, 0, payload);
            return peer.IsAlive && peer.Outlet?.Send(used, []) == SendOutcome.Accepted;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }
    }

    private static Span<byte> Fill(byte[] frame, ControlMessage type, uint id, ReadOnlySpan<byte> payload)
    {
        ControlFrame.WriteHeader(frame, (uint)type, id, 0);
        payload.CopyTo(frame.AsSpan(ControlFrame.HeaderSize));
        return frame.AsSpan(0, ControlFrame.HeaderSize + payload.Length);
    }

    // Whoever takes a request out ends it. If that was not this thread, the end is there or a moment away.
    private static bool TryAbandon(LoopbackPeer peer, PendingRequest request)
    {
        if (peer.Pending.Take(request.Id) is not null)
        {
            return true;
        }

        request.WaitForCompleter();
        return false;
    }

    private static bool Send(
        LoopbackPeer peer,
        ControlMessage type,
        uint id,
        ReadOnlySpan<byte> payload,
        ReadOnlySpan<int> fds,
        Deadline deadline,
        CancellationToken ct)
    {
        byte[] frame = ArrayPool<byte>.Shared.Rent(ControlFrame.HeaderSize + payload.Length);
        try
        {
            Span<byte> used = Fill(frame, type, id, payload);
            while (peer.Outlet is { } outlet && outlet.Send(used, fds) == SendOutcome.Full)
            {
                ct.ThrowIfCancellationRequested();
                if (deadline.HasPassed)
                {
                    return false;
                }

                outlet.WaitForRoom(RoomSlice);
            }

            // Closed counts as sent: the loss of the peer ends the request.
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }
    }
}
