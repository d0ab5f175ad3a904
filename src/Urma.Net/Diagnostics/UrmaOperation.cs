namespace Urma.Net;

/// <summary>What is counted and timed; see <see cref="UrmaStatistics.Latency"/> for what the time of each is.</summary>
public enum UrmaOperation
{
    /// <summary>Writes, with or without an immediate or notify value.</summary>
    Write,

    /// <summary>Reads.</summary>
    Read,

    /// <summary>Messages.</summary>
    Send,

    /// <summary>Atomics.</summary>
    Atomic,

    /// <summary>Copies between global addresses (<see cref="GlobalMemory"/>). Timed are single ones made on the spot, not batches and awaited long ones.</summary>
    Xcopy,

    /// <summary>Awaited operations of a <see cref="UdmaChannel"/> that did not complete at once.</summary>
    Awaited,
}
