using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using Urma.Net;

/// <summary>Which events of the library's were raised.</summary>
internal sealed class EventCounter : EventListener
{
    private static readonly ConcurrentDictionary<string, int> Seen = new();

    public bool HasSeen(string name) => Seen.ContainsKey(name);

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == UrmaDiagnostics.EventSourceName)
        {
            EnableEvents(eventSource, EventLevel.Informational);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData) =>
        Seen.AddOrUpdate(eventData.EventName ?? "unnamed", 1, static (_, count) => count + 1);
}
