using System.Diagnostics;
using System.Runtime.CompilerServices;
using Urma.Net.Diagnostics;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback;

/// <summary>Completions of this process's own work: the same ring as a lane, in private memory. One writer, one poller.</summary>
internal sealed unsafe class PrivateRing : CompletionSource
{
    private const int HeadLength = 2 * LoopbackLayout.LineSpacing;

    private readonly byte* _memory;
    private readonly Action? _onDetached;
    private uint _pushed;
    private uint _takenSeen;
    private long _carriedOutSince;
    private CounterBlock* _counters;

    public PrivateRing(int depth, LoopbackDoorbell doorbell, Action? onDetached)
        : this(Allocate(depth), depth, doorbell, onDetached)
    {
    }

    private PrivateRing(byte* memory, int depth, LoopbackDoorbell doorbell, Action? onDetached)
        : base((LaneEntry*)(memory + HeadLength), depth, (uint*)memory, doorbell)
    {
        _memory = memory;
        _counters = StatisticsPage.Nowhere.Overflow;
        _onDetached = onDetached;
    }

    /// <summary>Entries pushed and not yet taken; exact for the writer, who may see it too high for a moment.</summary>
    public uint Used => _pushed - Volatile.Read(ref Taken);

    /// <summary>How many more entries surely fit beside <paramref name="reserved"/> ones that are still to come.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool HasRoom(uint reserved)
    {
        if (_pushed - _takenSeen + reserved <= Mask)
        {
            return true;
        }

        _takenSeen = Volatile.Read(ref Taken);
        return _pushed - _takenSeen + reserved <= Mask;
    }

    /// <summary>
    /// The writer is about to carry out what it will push. An answer to that may come before the push, but its event must not come first.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void BeginCarryingOut() => _carriedOutSince = Volatile.Read(ref *Armed) == 0 ? 0 : TimeOfEvents();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Push(ulong userContext, long byteCount, CompletionStatus status, CompletionFlags flags, byte opcode)
    {
        LaneEntry* entry = Entries + (_pushed & Mask);
        entry->Value = userContext;
        entry->Opcode = opcode;
        entry->Result = LaneEntry.Pack(byteCount, status, flags);
        uint pushed = _pushed + 1;
        _pushed = pushed;
        Volatile.Write(ref entry->Sequence, pushed);
        if (Observability.IsOn)
        {
            _counters->Begun = pushed;
        }

        if (Volatile.Read(ref *Armed) != 0)
        {
            LoopbackDoorbell.Ring(Doorbell.Base, Bit, status != CompletionStatus.Success, _carriedOutSince);
        }
    }

    public override bool Take(LaneEntry* entry, out Completion completion)
    {
        completion = Completion.FromPacked(entry->Value, entry->Result);
        uint taken = Taken + 1;
        Volatile.Write(ref Taken, taken);
        if (Observability.IsOn)
        {
            _counters->Ended = taken;
        }

        return true;
    }

    /// <summary>Counts what is pushed and taken; before anything is.</summary>
    public void CountIn(CounterBlock* counters) => _counters = counters;

    public override void OnDetached() => _onDetached?.Invoke();

    public void Free() => SparseMemory.Free(_memory, LengthOf((int)Mask + 1));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private long TimeOfEvents() => Doorbell.Timed == TimedEvent.None ? 0 : Stopwatch.GetTimestamp();

    private static byte* Allocate(int depth) => (byte*)SparseMemory.Allocate(LengthOf(depth));

    private static long LengthOf(int depth) => HeadLength + ((long)depth * sizeof(LaneEntry));
}
