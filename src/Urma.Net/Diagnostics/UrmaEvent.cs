namespace Urma.Net.Diagnostics;

/// <summary>The rare events of the event source; the numbers are their public event ids.</summary>
internal enum UrmaEvent
{
    ContextOpened = 1,
    ContextClosed = 2,
    PeerConnected = 3,
    PeerLost = 4,
    SegmentRevoked = 5,
    ImportRevoked = 6,
    LaneRefused = 7,
    ControlRequestFailed = 8,
    ConnectionRefused = 9,
    PeerSlow = 10,
    PeerRecovered = 11,
}
