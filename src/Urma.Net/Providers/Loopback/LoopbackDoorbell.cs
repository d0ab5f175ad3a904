using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback;

/// <summary>
/// Wakes the poller of a JFC: one page that its senders map, with a futex word, a flag that says somebody sleeps, and a bit for
/// each armed source. Whatever a peer writes here only causes looks that find nothing.
/// </summary>
internal sealed unsafe class LoopbackDoorbell : IDisposable
{
    public const int Length = 4096;
    public const int MaxSources = 64 * 64;

    private const int FutexOffset = 0;
    private const int SleepingOffset = LoopbackLayout.LineSpacing;
    private const int EventSleepingOffset = SleepingOffset + sizeof(int);
    private const int SolicitedOffset = SleepingOffset + (2 * sizeof(int));
    private const int TimedOffset = SleepingOffset + (3 * sizeof(int));
    private const int TimeOffset = SleepingOffset + (4 * sizeof(int));
    private const int SummaryOffset = 2 * LoopbackLayout.LineSpacing;
    private const int BitsOffset = 3 * LoopbackLayout.LineSpacing;

    private static readonly byte* Silence = (byte*)NativeMemory.AllocZeroed(Length);

    private readonly MemoryFile? _file;
    private readonly SharedMapping _mapping;
    private byte* _base;

    private LoopbackDoorbell(MemoryFile? file, SharedMapping mapping)
    {
        _file = file;
        _mapping = mapping;
        _base = mapping.Pointer;
    }

    public int Descriptor => _file?.Descriptor ?? -1;

    public byte* Base => _base;

    private ulong* Bits => (ulong*)(_base + BitsOffset);

    public static LoopbackDoorbell Create()
    {
        MemoryFile file = MemoryFile.Create("urma-doorbell", Length);
        try
        {
            return new LoopbackDoorbell(file, file.MapShared(writable: true));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Tells the poller that the source with this bit has an entry, and wakes it if it sleeps.</summary>
    /// <param name="doorbell">Its page.</param>
    /// <param name="bit">The source's.</param>
    /// <param name="isSolicited">Whether the entry asks for an event where only such raise one.</param>
    /// <param name="since">What counts as the event's time; 0: now.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Ring(byte* doorbell, int bit, bool isSolicited, long since = 0)
    {
        // The poller says what it wants to hear of, fences, and looks for entries; here the entry comes first, then the look at what is wanted.
        Interlocked.MemoryBarrier();
        if (isSolicited)
        {
            Volatile.Write(ref *(int*)(doorbell + SolicitedOffset), 1);
        }

        var timed = (TimedEvent)Volatile.Read(ref *(int*)(doorbell + TimedOffset));
        if (timed == TimedEvent.Any || (timed == TimedEvent.Solicited && isSolicited))
        {
            NoteTime(doorbell, since);
        }

        Mark(doorbell, bit);
        Wake(doorbell);
    }

    /// <summary>Notes that a source has entries, without waking anybody: for the poller itself.</summary>
    public void Mark(int bit) => Mark(_base, bit);

    /// <summary>Wakes the poller without naming a source.</summary>
    public static void Wake(byte* doorbell)
    {
        Interlocked.Increment(ref *(int*)(doorbell + FutexOffset));

        // Both flags at once: who waits for this JFC, and who waits for its events.
        if (Volatile.Read(ref *(ulong*)(doorbell + SleepingOffset)) != 0)
        {
            Futex.Wake((int*)(doorbell + FutexOffset), int.MaxValue);
        }
    }

    public void Wake() => Wake(_base);

    public bool HasRung
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref *(ulong*)(_base + SummaryOffset)) != 0;
    }

    /// <summary>Takes one rung bit; -1 when there is none.</summary>
    public int TakeBit()
    {
        for (int tries = 0; tries < 64; tries++)
        {
            ulong summary = Volatile.Read(ref *(ulong*)(_base + SummaryOffset));
            if (summary == 0)
            {
                return -1;
            }

            int word = BitOperations.TrailingZeroCount(summary);
            // The summary bit is cleared before the word is read: a writer sets them in the other order.
            Interlocked.And(ref *(ulong*)(_base + SummaryOffset), ~(1UL << word));
            ulong bits = Volatile.Read(ref Bits[word]);
            if (bits == 0)
            {
                continue;
            }

            int bit = BitOperations.TrailingZeroCount(bits);
            ulong before = Interlocked.And(ref Bits[word], ~(1UL << bit));
            if ((before & ~(1UL << bit)) != 0)
            {
                Interlocked.Or(ref *(ulong*)(_base + SummaryOffset), 1UL << word);
            }

            return (word << 6) | bit;
        }

        return -1;
    }

    /// <summary>What the futex word holds now: pass it to <see cref="Sleep"/>, after one more look for work.</summary>
    public int Ticket => Volatile.Read(ref *(int*)(_base + FutexOffset));

    public int* Word => (int*)(_base + FutexOffset);

    /// <summary>From here on writers wake this doorbell's sleeper.</summary>
    public void BeginSleep() => Interlocked.Increment(ref *(int*)(_base + SleepingOffset));

    /// <summary>Sleeps until somebody rings after the ticket was taken, or the time is over.</summary>
    public void Sleep(int ticket, TimeSpan timeout) =>
        Futex.Wait(Word, ticket, timeout == Timeout.InfiniteTimeSpan ? TimeSpan.FromHours(1) : timeout);

    public void EndSleep()
    {
        // A hostile peer may have changed the count; it must not stay positive or negative for ever.
        Volatile.Write(ref *(int*)(_base + SleepingOffset), 0);
    }

    /// <summary>As <see cref="BeginSleep"/>, for who waits on the event channel; returns the ticket.</summary>
    public int BeginEventSleep()
    {
        Interlocked.Exchange(ref *(int*)(_base + EventSleepingOffset), 1);
        return Ticket;
    }

    public void EndEventSleep() => Volatile.Write(ref *(int*)(_base + EventSleepingOffset), 0);

    /// <summary>Whether an entry that asks for an event was announced since this was cleared.</summary>
    public bool IsSolicited
    {
        get => Volatile.Read(ref *(int*)(_base + SolicitedOffset)) != 0;
        set => Volatile.Write(ref *(int*)(_base + SolicitedOffset), value ? 1 : 0);
    }

    /// <summary>Which entry's ring is an event whose time is written down.</summary>
    public TimedEvent Timed
    {
        get => (TimedEvent)Volatile.Read(ref *(int*)(_base + TimedOffset));
        set => Volatile.Write(ref *(int*)(_base + TimedOffset), (int)value);
    }

    /// <summary>When the event came, as <see cref="Stopwatch.GetTimestamp"/>; 0 where nobody wrote it down.</summary>
    public long EventTime => Volatile.Read(ref *(long*)(_base + TimeOffset));

    /// <summary>Forgets the time of the last event.</summary>
    public void ClearEventTime() => Volatile.Write(ref *(long*)(_base + TimeOffset), 0);

    /// <summary>The event came now, unless it came before.</summary>
    public void NoteTime() => NoteTime(_base, 0);

    // The first entry makes the event.
    private static void NoteTime(byte* doorbell, long since) =>
        Interlocked.CompareExchange(ref *(long*)(doorbell + TimeOffset), since != 0 ? since : Stopwatch.GetTimestamp(), 0);

    private static void Mark(byte* doorbell, int bit)
    {
        int word = (bit >> 6) & 63;
        Interlocked.Or(ref ((ulong*)(doorbell + BitsOffset))[word], 1UL << (bit & 63));
        Interlocked.Or(ref *(ulong*)(doorbell + SummaryOffset), 1UL << word);
    }

    public void Dispose()
    {
        // A late look at a closed doorbell finds silence, not an unmapped page.
        _base = Silence;
        _mapping.Dispose();
        _file?.Dispose();
    }
}
