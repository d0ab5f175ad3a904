using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Urma.Net.Diagnostics;

/// <summary>
/// What one queue or copying thread counts, in memory that other processes may read. Written by it only, with ordinary stores; read by
/// anybody.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = Length)]
internal unsafe struct CounterBlock
{
    /// <summary>Bytes of a block: lines of their own for whoever posts and for whoever polls.</summary>
    public const int Length = 512;

    private const int BegunOffset = 192;
    private const int EndedOffset = 384;

    /// <summary>The totals, by <see cref="Counter"/>: these must be in its order.</summary>
    public long Writes;
    public long Reads;
    public long Sends;
    public long Atomics;
    public long Xcopies;
    public long Awaited;
    public long Bytes;
    public long XcopyBytes;
    public long Errors;
    public long ReceiverNotReady;
    public long ReceiverNotReadyTime;
    public long CreditStalls;
    public long CreditStallTime;
    public long EngineOperations;
    public long TranslationMisses;
    public long TranslationEvictions;
    public long TranslationFaults;
    public long OwnershipWaits;
    public long OwnershipWaitTime;

    /// <summary>What it is the block of (<see cref="BlockKind"/>); written last when it is taken.</summary>
    public uint Kind;

    /// <summary>The queue's number.</summary>
    public uint Id;

    /// <summary>The queue's depth.</summary>
    public int Depth;

    /// <summary>Requests in its backlog; of a receive queue, its lanes.</summary>
    public int Waiting;

    public int MaxOutstanding;

    private readonly int _unused;

    /// <summary>The timestamp since which the first waits for a receive; 0 when none does.</summary>
    public long StalledSince;

    /// <summary>Whether times of an <see cref="UrmaOperation"/> were recorded; a byte each, because not all are recorded by one thread.</summary>
    public fixed byte IsTimed[8];

    /// <summary>Completions written, of a send queue; receives posted, of a receive queue. Modulo 2³², as of a send queue <see cref="Ended"/>.</summary>
    public ulong Begun;

    /// <summary>The timestamp since which a message channel waits for credit; 0 when it does not.</summary>
    public long CreditStalledSince;

    // The poller has a line of its own.
    private fixed byte _apart[EndedOffset - BegunOffset - sizeof(ulong) - sizeof(long)];

    /// <summary>Completions polled, of a send queue; receives completed, of a receive queue.</summary>
    public ulong Ended;

    /// <summary>A write was carried out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountWrite(long bytes)
    {
        if (Observability.IsOn)
        {
            Writes++;
            Bytes += bytes;
        }
    }

    /// <summary>A read was carried out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountRead(long bytes)
    {
        if (Observability.IsOn)
        {
            Reads++;
            Bytes += bytes;
        }
    }

    /// <summary>Messages were delivered.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountSends(int messages, long bytes)
    {
        if (Observability.IsOn)
        {
            Sends += messages;
            Bytes += bytes;
        }
    }

    /// <summary>An atomic was carried out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountAtomic()
    {
        if (Observability.IsOn)
        {
            Atomics++;
        }
    }

    /// <summary>Copies between global addresses were made.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountXcopies(int copies, long bytes)
    {
        if (Observability.IsOn)
        {
            Xcopies += copies;
            XcopyBytes += bytes;
        }
    }

    /// <summary>An operation failed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountError()
    {
        if (Observability.IsOn)
        {
            Errors++;
        }
    }

    /// <summary>An operation was carried out by the engine's thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void CountEngine()
    {
        if (Observability.IsOn)
        {
            EngineOperations++;
        }
    }
}
