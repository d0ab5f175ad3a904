namespace Urma.Net.Diagnostics;

/// <summary>
/// Has rare events raised. Whoever reports only queues an event and a thread-pool thread raises it, so that a listener that
/// throws or never returns holds up neither a poller nor the thread that serves peers.
/// </summary>
internal static class UrmaEvents
{
    // More than this many waiting events mean that a listener is stuck; what comes then is not told.
    private const int MaxWaiting = 1024;

    private static readonly BackgroundQueue<(UrmaEvent Kind, string Context, string Subject, string Detail)> Waiting =
        new(static next => Raise(next.Kind, next.Context, next.Subject, next.Detail), MaxWaiting);

    /// <summary>Has an event raised soon, in the order reported. Any thread; nothing happens while nobody listens.</summary>
    /// <param name="kind">What happened.</param>
    /// <param name="context">To whom.</param>
    /// <param name="subject">The first text after the context, where the event has one.</param>
    /// <param name="detail">The second text.</param>
    public static void Report(UrmaEvent kind, UrmaContext context, string? subject = null, string? detail = null)
    {
        if (UrmaEventSource.Log.IsEnabled())
        {
            _ = Waiting.TryAdd((kind, $"{context.Device.ConnectionString} 0x{context.Uasid:x6}", subject ?? string.Empty, detail ?? string.Empty));
        }
    }

    private static void Raise(UrmaEvent kind, string context, string subject, string detail)
    {
        UrmaEventSource log = UrmaEventSource.Log;
        switch (kind)
        {
            case UrmaEvent.ContextOpened:
                log.ContextOpened(context, subject);
                break;
            case UrmaEvent.ContextClosed:
                log.ContextClosed(context);
                break;
            case UrmaEvent.PeerConnected:
                log.PeerConnected(context, subject);
                break;
            case UrmaEvent.PeerLost:
                log.PeerLost(context, subject, detail);
                break;
            case UrmaEvent.SegmentRevoked:
                log.SegmentRevoked(context, subject, detail);
                break;
            case UrmaEvent.ImportRevoked:
                log.ImportRevoked(context, subject, detail);
                break;
            case UrmaEvent.LaneRefused:
                log.LaneRefused(context, subject, detail);
                break;
            case UrmaEvent.ControlRequestFailed:
                log.ControlRequestFailed(context, subject, detail);
                break;
            case UrmaEvent.ConnectionRefused:
                log.ConnectionRefused(context, subject);
                break;
            case UrmaEvent.PeerSlow:
                log.PeerSlow(context, subject, detail);
                break;
            case UrmaEvent.PeerRecovered:
                log.PeerRecovered(context, subject, detail);
                break;
        }
    }
}
