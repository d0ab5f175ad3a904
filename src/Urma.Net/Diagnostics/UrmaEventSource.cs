using System.Diagnostics.Tracing;

namespace Urma.Net.Diagnostics;

/// <summary>
/// The event source "Urma-Net": the counters of this process's engines while somebody has enabled them, and what happens
/// rarely, raised by <see cref="UrmaEvents"/>.
/// </summary>
[EventSource(Name = UrmaDiagnostics.EventSourceName)]
internal sealed class UrmaEventSource : EventSource
{
    private UrmaEventCounters? _counters;

    private UrmaEventSource()
    {
    }

    public static UrmaEventSource Log { get; } = new();

    [Event((int)UrmaEvent.ContextOpened, Level = EventLevel.Informational, Message = "{0} opened ({1})")]
    public void ContextOpened(string context, string label) => WriteEvent((int)UrmaEvent.ContextOpened, context, label);

    [Event((int)UrmaEvent.ContextClosed, Level = EventLevel.Informational, Message = "{0} closed")]
    public void ContextClosed(string context) => WriteEvent((int)UrmaEvent.ContextClosed, context);

    [Event((int)UrmaEvent.PeerConnected, Level = EventLevel.Informational, Message = "{0}: {1} connected")]
    public void PeerConnected(string context, string peer) => WriteEvent((int)UrmaEvent.PeerConnected, context, peer);

    [Event((int)UrmaEvent.PeerLost, Level = EventLevel.Warning, Message = "{0}: {2}")]
    public void PeerLost(string context, string peer, string fault) => WriteEvent((int)UrmaEvent.PeerLost, context, peer, fault);

    [Event((int)UrmaEvent.SegmentRevoked, Level = EventLevel.Informational, Message = "{0}: segment {1} revoked, {2}")]
    public void SegmentRevoked(string context, string segment, string outcome) => WriteEvent((int)UrmaEvent.SegmentRevoked, context, segment, outcome);

    [Event((int)UrmaEvent.ImportRevoked, Level = EventLevel.Informational, Message = "{0}: {1} revoked segment {2}")]
    public void ImportRevoked(string context, string peer, string segment) => WriteEvent((int)UrmaEvent.ImportRevoked, context, peer, segment);

    [Event((int)UrmaEvent.LaneRefused, Level = EventLevel.Error, Message = "{0}: {1}: {2}")]
    public void LaneRefused(string context, string peer, string reason) => WriteEvent((int)UrmaEvent.LaneRefused, context, peer, reason);

    [Event((int)UrmaEvent.ControlRequestFailed, Level = EventLevel.Warning, Message = "{0}: {1} failed: {2}")]
    public void ControlRequestFailed(string context, string request, string reason) =>
        WriteEvent((int)UrmaEvent.ControlRequestFailed, context, request, reason);

    [Event((int)UrmaEvent.ConnectionRefused, Level = EventLevel.Warning, Message = "{0}: {1}")]
    public void ConnectionRefused(string context, string reason) => WriteEvent((int)UrmaEvent.ConnectionRefused, context, reason);

    [Event((int)UrmaEvent.PeerSlow, Level = EventLevel.Warning, Message = "{0}: {2}")]
    public void PeerSlow(string context, string peer, string speed) => WriteEvent((int)UrmaEvent.PeerSlow, context, peer, speed);

    [Event((int)UrmaEvent.PeerRecovered, Level = EventLevel.Informational, Message = "{0}: {2}")]
    public void PeerRecovered(string context, string peer, string speed) => WriteEvent((int)UrmaEvent.PeerRecovered, context, peer, speed);

    /// <inheritdoc/>
    protected override void OnEventCommand(EventCommandEventArgs command)
    {
        if (command.Command == EventCommand.Enable)
        {
            _counters ??= new UrmaEventCounters(this);
        }
    }
}
