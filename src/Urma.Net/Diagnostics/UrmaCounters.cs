using Urma.Net.Diagnostics;

namespace Urma.Net;

/// <summary>
/// What an engine has done as an initiator since it was opened, all its queues and threads together, the closed ones included. Loads
/// and stores through a <see cref="SegmentView"/> are not counted: they are plain memory accesses.
/// </summary>
/// <remarks>
/// Each number is exact once the work has been posted and its thread is seen to have gone on; while queues work, the
/// numbers are not of one instant. The counting costs no atomic operation, so a context with more than 4,094 queues and copying threads
/// at a time counts those beyond approximately.
/// </remarks>
public readonly struct UrmaCounters : IEquatable<UrmaCounters>
{
    private readonly CounterValues _values;

    internal UrmaCounters(in CounterValues values, long openQueues)
    {
        _values = values;
        OpenQueues = openQueues;
    }

    /// <summary>Writes, with or without an immediate or notify value.</summary>
    public long Writes
    {
        get => _values[(int)Counter.Writes];
        init => _values[(int)Counter.Writes] = value;
    }

    /// <summary>Reads.</summary>
    public long Reads
    {
        get => _values[(int)Counter.Reads];
        init => _values[(int)Counter.Reads] = value;
    }

    /// <summary>Messages delivered into a peer's receive.</summary>
    public long Sends
    {
        get => _values[(int)Counter.Sends];
        init => _values[(int)Counter.Sends] = value;
    }

    /// <summary>Atomic operations: compare-swap, swap and the fetch operations.</summary>
    public long Atomics
    {
        get => _values[(int)Counter.Atomics];
        init => _values[(int)Counter.Atomics] = value;
    }

    /// <summary>Copies between global addresses made at once (<see cref="GlobalMemory"/>), each copy of a batch for itself, where they succeeded. Through memory that is not mapped they are posted, and reads or writes as well.</summary>
    public long Xcopies
    {
        get => _values[(int)Counter.Xcopies];
        init => _values[(int)Counter.Xcopies] = value;
    }

    /// <summary>Awaited operations (<see cref="UdmaChannel"/>) that did not complete at once; also in the counts of their kind.</summary>
    public long Awaited
    {
        get => _values[(int)Counter.Awaited];
        init => _values[(int)Counter.Awaited] = value;
    }

    /// <summary>Payload bytes of writes, reads and sends.</summary>
    public long Bytes
    {
        get => _values[(int)Counter.Bytes];
        init => _values[(int)Counter.Bytes] = value;
    }

    /// <summary>Bytes that <see cref="Xcopies"/> have copied.</summary>
    public long XcopyBytes
    {
        get => _values[(int)Counter.XcopyBytes];
        init => _values[(int)Counter.XcopyBytes] = value;
    }

    /// <summary>Operations that ended with another status than success.</summary>
    public long Errors
    {
        get => _values[(int)Counter.Errors];
        init => _values[(int)Counter.Errors] = value;
    }

    /// <summary>How often a message found no receive posted at its target and had to wait; each counts once.</summary>
    public long ReceiverNotReady
    {
        get => _values[(int)Counter.ReceiverNotReady];
        init => _values[(int)Counter.ReceiverNotReady] = value;
    }

    /// <summary>How long messages waited for a receive, in nanoseconds; booked when the wait ends (see <see cref="QueueStatistics.StalledFor"/>).</summary>
    public long ReceiverNotReadyTime
    {
        get => _values[(int)Counter.ReceiverNotReadyTime];
        init => _values[(int)Counter.ReceiverNotReadyTime] = value;
    }

    /// <summary>How often a <see cref="MessageChannel"/> had a message and no credit to send it; messages that waited for a large buffer are not in it.</summary>
    public long CreditStalls
    {
        get => _values[(int)Counter.CreditStalls];
        init => _values[(int)Counter.CreditStalls] = value;
    }

    /// <summary>How long channels waited for that, in nanoseconds: until credit came or nothing could be sent any more; booked then.</summary>
    public long CreditStallTime
    {
        get => _values[(int)Counter.CreditStallTime];
        init => _values[(int)Counter.CreditStallTime] = value;
    }

    /// <summary>Operations carried out by the engine's own thread instead of the posting one (also in the counts above).</summary>
    public long EngineOperations
    {
        get => _values[(int)Counter.EngineOperations];
        init => _values[(int)Counter.EngineOperations] = value;
    }

    /// <summary>Translations of global addresses that had to look into the table (<see cref="TranslationCounters.Misses"/>).</summary>
    public long TranslationMisses
    {
        get => _values[(int)Counter.TranslationMisses];
        init => _values[(int)Counter.TranslationMisses] = value;
    }

    /// <summary>Cached translations that made room for others.</summary>
    public long TranslationEvictions
    {
        get => _values[(int)Counter.TranslationEvictions];
        init => _values[(int)Counter.TranslationEvictions] = value;
    }

    /// <summary>Misses that found nothing.</summary>
    public long TranslationFaults
    {
        get => _values[(int)Counter.TranslationFaults];
        init => _values[(int)Counter.TranslationFaults] = value;
    }

    /// <summary>Ownership requests of this engine that had to wait for another member (<see cref="OwnershipDomain"/>).</summary>
    public long OwnershipWaits
    {
        get => _values[(int)Counter.OwnershipWaits];
        init => _values[(int)Counter.OwnershipWaits] = value;
    }

    /// <summary>How long they waited, in nanoseconds.</summary>
    public long OwnershipWaitTime
    {
        get => _values[(int)Counter.OwnershipWaitTime];
        init => _values[(int)Counter.OwnershipWaitTime] = value;
    }

    /// <summary>Send queues open now. A closed one counts until its JFC has been polled empty.</summary>
    public long OpenQueues { get; init; }

    /// <summary>Writes, reads, sends and atomics together.</summary>
    public long Operations => Writes + Reads + Sends + Atomics;

    /// <summary>What was added since an earlier reading of the same engine; <see cref="OpenQueues"/> stays as it is now.</summary>
    /// <param name="earlier">The earlier reading.</param>
    public UrmaCounters Since(in UrmaCounters earlier) => new(CounterValues.Combine(_values, earlier._values, -1), OpenQueues);

    /// <inheritdoc/>
    public bool Equals(UrmaCounters other) => OpenQueues == other.OpenQueues && ((ReadOnlySpan<long>)_values).SequenceEqual(other._values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is UrmaCounters other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Operations, Xcopies, Bytes, Errors, OpenQueues);

    /// <summary>Whether all numbers are the same.</summary>
    public static bool operator ==(in UrmaCounters left, in UrmaCounters right) => left.Equals(right);

    /// <summary>Whether a number differs.</summary>
    public static bool operator !=(in UrmaCounters left, in UrmaCounters right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString()
    {
        CounterValues values = _values;
        return string.Join(", ", Enumerable.Range(0, (int)Counter.Count).Where(i => values[i] != 0).Select(i => $"{(Counter)i} {values[i]}")
            .Append($"open queues {OpenQueues}"));
    }

    /// <summary>The sum of two engines.</summary>
    internal UrmaCounters Plus(in UrmaCounters other) => new(CounterValues.Combine(_values, other._values, 1), OpenQueues + other.OpenQueues);
}
