namespace Urma.Net;

/// <summary>
/// What an engine has done as an initiator since it was opened, all its queues together, the closed ones included. Loads
/// and stores through a <see cref="SegmentView"/> are not counted: they are plain memory accesses.
/// </summary>
/// <remarks>
/// Each number is exact once the work has been posted and its thread is seen to have gone on; while queues work, the
/// numbers are not of one instant. The counting costs no atomic operation, so a context with more than 1,023 send queues
/// open at a time counts those beyond approximately.
/// </remarks>
public readonly record struct UrmaCounters
{
    /// <summary>Writes, with or without an immediate or notify value.</summary>
    public long Writes { get; init; }

    /// <summary>Reads.</summary>
    public long Reads { get; init; }

    /// <summary>Messages delivered into a peer's receive.</summary>
    public long Sends { get; init; }

    /// <summary>Atomic operations: compare-swap, swap and the fetch operations.</summary>
    public long Atomics { get; init; }

    /// <summary>Payload bytes of writes, reads and sends.</summary>
    public long Bytes { get; init; }

    /// <summary>Operations that ended with another status than success.</summary>
    public long Errors { get; init; }

    /// <summary>How often a message found no receive posted at its target; one message can count many times.</summary>
    public long ReceiverNotReady { get; init; }

    /// <summary>Operations carried out by the engine's own thread instead of the posting one (also in the counts above).</summary>
    public long EngineOperations { get; init; }

    /// <summary>Send queues open now. A closed one counts until its JFC has been polled empty.</summary>
    public long OpenQueues { get; init; }

    /// <summary>Writes, reads, sends and atomics together.</summary>
    public long Operations => Writes + Reads + Sends + Atomics;

    /// <summary>What was added since an earlier reading of the same engine; <see cref="OpenQueues"/> stays as it is now.</summary>
    /// <param name="earlier">The earlier reading.</param>
    public UrmaCounters Since(in UrmaCounters earlier) => new()
    {
        Writes = Writes - earlier.Writes,
        Reads = Reads - earlier.Reads,
        Sends = Sends - earlier.Sends,
        Atomics = Atomics - earlier.Atomics,
        Bytes = Bytes - earlier.Bytes,
        Errors = Errors - earlier.Errors,
        ReceiverNotReady = ReceiverNotReady - earlier.ReceiverNotReady,
        EngineOperations = EngineOperations - earlier.EngineOperations,
        OpenQueues = OpenQueues,
    };

    /// <summary>The sum of two engines.</summary>
    internal UrmaCounters Plus(in UrmaCounters other) => new()
    {
        Writes = Writes + other.Writes,
        Reads = Reads + other.Reads,
        Sends = Sends + other.Sends,
        Atomics = Atomics + other.Atomics,
        Bytes = Bytes + other.Bytes,
        Errors = Errors + other.Errors,
        ReceiverNotReady = ReceiverNotReady + other.ReceiverNotReady,
        EngineOperations = EngineOperations + other.EngineOperations,
        OpenQueues = OpenQueues + other.OpenQueues,
    };
}
