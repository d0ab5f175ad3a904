using System.Diagnostics;

namespace Urma.Net.Verbs.Control;

/// <summary>Reads what peers ask of the engine, has the handler do it, and writes the answers.</summary>
internal sealed class EngineService(IControlHandler handler, ControlOptions options) : IPeerService
{
    private readonly RefusalBrake _brake = new();

    private delegate TAnswer Handle<TRequest, TAnswer>(ControlPeer peer, in TRequest request);

    private delegate void Take<TNotice>(ControlPeer peer, in TNotice notice);

    public void OnConnected(ControlPeer peer) => Guarded(() => handler.OnPeerConnected(peer));

    public void OnLost(ControlPeer peer, bool isNews) => Guarded(() => handler.OnPeerLost(peer, isNews));

    public ServedFrame Serve(ControlPeer peer, in ReceivedFrame frame) => frame.Header.Message switch
    {
        ControlMessage.ImportSegment => Answer<ImportSegmentRequest, ImportSegmentAnswer>(peer, frame, handler.ImportSegment),
        ControlMessage.ReleaseSegment => Accept<ReleaseSegment>(peer, frame, handler.ReleaseSegment),
        ControlMessage.ImportJetty => Answer<ImportJettyRequest, ImportJettyAnswer>(peer, frame, handler.ImportJetty),
        ControlMessage.ReleaseJetty => Accept<ReleaseJetty>(peer, frame, handler.ReleaseJetty),
        ControlMessage.ConnectLane => Answer<ConnectLaneRequest, ConnectLaneAnswer>(peer, frame, handler.ConnectLane),
        ControlMessage.DisconnectLane => Accept<DisconnectLane>(peer, frame, handler.DisconnectLane),
        ControlMessage.ReconnectLane => Answer<ReconnectLaneRequest, ReconnectLaneAnswer>(peer, frame, handler.ReconnectLane),
        ControlMessage.Revoke => Answer<RevokeRequest, EmptyAnswer>(peer, frame, Revoke),
        ControlMessage.JettyGone => Answer<JettyGone, EmptyAnswer>(peer, frame, Withdraw),
        ControlMessage.ExecuteAtomic => Answer<ExecuteAtomicRequest, ExecuteAtomicAnswer>(peer, frame, handler.ExecuteAtomic),
        _ => Nonsense(frame),
    };

    private static ServedFrame Nonsense(in ReceivedFrame frame) =>
        new(null, Fault: $"it sent a {frame.Header.Kind} {frame.Header.Message} of {frame.Payload.Length} bytes that makes no sense");

    private static void Guarded(Action call)
    {
        try
        {
            call();
        }
#pragma warning disable CA1031 // a handler that fails must not end the worker
        catch (Exception error)
        {
            Trace.TraceError($"A control handler threw: {error}");
        }
#pragma warning restore CA1031
    }

    private EmptyAnswer Revoke(ControlPeer owner, in RevokeRequest request)
    {
        handler.Revoke(owner, request);
        return default;
    }

    private EmptyAnswer Withdraw(ControlPeer owner, in JettyGone request)
    {
        handler.JettyGone(owner, request);
        return default;
    }

    private static ServedFrame Accept<TNotice>(ControlPeer peer, in ReceivedFrame frame, Take<TNotice> take)
        where TNotice : struct, IControlNotice<TNotice>
    {
        if (frame.Header.Kind != FrameKind.Notice || !TryRead(frame, out TNotice notice))
        {
            return Nonsense(frame);
        }

        Guarded(() => take(peer, notice));
        return default;
    }

    private ServedFrame Answer<TRequest, TAnswer>(ControlPeer peer, in ReceivedFrame frame, Handle<TRequest, TAnswer> handle)
        where TRequest : struct, IControlRequest<TRequest, TAnswer>
        where TAnswer : struct, IControlRecord<TAnswer>
    {
        FrameHeader header = frame.Header;
        if (header.Kind != FrameKind.Request || !TryRead(frame, out TRequest request))
        {
            return Nonsense(frame);
        }

        try
        {
            TAnswer answer = handle(peer, request);
            return new ServedFrame(ControlFrames.Of(header.Message, FrameKind.Answer, header.Id, answer));
        }
        catch (WrongTokenException error)
        {
            return Slow(peer, Refuse(header, error.Status, error.Message));
        }
        catch (UrmaException error)
        {
            return new ServedFrame(Refuse(header, error.Status == UrmaStatus.Success ? UrmaStatus.Failed : error.Status, error.Message));
        }
#pragma warning disable CA1031 // whatever fails is the answer, not the end of the worker
        catch (Exception error)
        {
            Trace.TraceError($"A control handler threw: {error}");
            return new ServedFrame(Refuse(header, UrmaStatus.Failed, $"{header.Message} failed at the owner: {error.Message}"));
        }
#pragma warning restore CA1031
    }

    private static byte[] Refuse(in FrameHeader header, UrmaStatus status, string message) =>
        ControlFrames.OfText(header.Message, FrameKind.Answer, header.Id, status, message);

    private ServedFrame Slow(ControlPeer peer, byte[] answer)
    {
        peer.Refusals++;
        string? fault = peer.Refusals < options.MaximumRefusals ? null : $"it showed {peer.Refusals} wrong tokens";
        if (fault is not null)
        {
            Guarded(() => handler.OnRefused($"The connection of {peer} was closed: {fault}."));
        }

        return new ServedFrame(answer, _brake.Count(peer.Address), fault);
    }

    private static bool TryRead<TRecord>(in ReceivedFrame frame, out TRecord record)
        where TRecord : struct, IControlRecord<TRecord>
    {
        var reader = new RecordReader(frame.Payload);
        record = TRecord.Read(ref reader);
        return reader.IsWhole;
    }
}
