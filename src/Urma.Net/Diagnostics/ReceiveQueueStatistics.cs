namespace Urma.Net;

/// <summary>A receive queue (JFR) of an engine, as <see cref="UrmaStatistics"/> saw it.</summary>
/// <param name="Id">Its number within the engine (<see cref="Jfr.Id"/>).</param>
/// <param name="Depth">Most receives posted at a time.</param>
/// <param name="Outstanding">Receives posted whose completion nobody has polled yet, filled or not.</param>
/// <param name="Received">Receives completed since it was made.</param>
/// <param name="Lanes">Senders that have a way into it.</param>
public sealed record ReceiveQueueStatistics(uint Id, int Depth, int Outstanding, long Received, int Lanes);
