using System.Runtime.CompilerServices;
using Urma.Net.Internal;

namespace Urma.Net.Global;

/// <summary>One member's place in the directory.</summary>
internal readonly unsafe struct MemberRecord(byte* start)
{
    private const int PresenceOffset = 16;
    private const int SignalOffset = 256;
    private const int AgentOffset = 384;
    private const int AsksOffset = 512;

    private readonly byte* _start = start;

    /// <summary>Counts the members that had this place: an answer about an earlier one does not hold for the next.</summary>
    public ref uint Generation => ref *(uint*)_start;

    /// <summary>The process, as the member said itself: for messages only.</summary>
    public ref int ProcessId => ref *(int*)(_start + 4);

    /// <summary>What <see cref="Urma.Net.Global.Presence"/> wrote.</summary>
    public Span<byte> Presence => new(_start + PresenceOffset, Global.Presence.Size);

    /// <summary>Counts what happened that this member's waiting threads want to know.</summary>
    public int* Signal => (int*)(_start + SignalOffset);

    /// <summary>How many of its threads sleep on <see cref="Signal"/>.</summary>
    public int* Sleepers => (int*)(_start + SignalOffset + 4);

    /// <summary>Counts what the member's agent has to look at.</summary>
    public int* AgentSignal => (int*)(_start + AgentOffset);

    /// <summary>Members that ask this one to lower its protection.</summary>
    public ref ulong Askers => ref *(ulong*)(_start + AgentOffset + 8);

    /// <summary>Which request slots of a member ask.</summary>
    public ref ulong AskedSlots(int asker) => ref *(ulong*)(_start + AsksOffset + (asker * sizeof(ulong)));

    /// <summary>Has this member's waiting threads look again.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Wake()
    {
        Interlocked.Increment(ref *Signal);
        if (Volatile.Read(ref *Sleepers) != 0)
        {
            _ = Futex.Wake(Signal, int.MaxValue);
        }
    }

    /// <summary>Has this member's agent look at a request slot of another.</summary>
    public void Ask(int asker, int slot)
    {
        _ = Interlocked.Or(ref AskedSlots(asker), 1ul << slot);
        _ = Interlocked.Or(ref Askers, 1ul << asker);
        WakeAgent();
    }

    public void WakeAgent()
    {
        Interlocked.Increment(ref *AgentSignal);
        _ = Futex.Wake(AgentSignal, 1);
    }
}
