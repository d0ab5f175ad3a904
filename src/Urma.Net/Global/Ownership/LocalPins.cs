using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Urma.Net.Internal;

namespace Urma.Net.Global;

/// <summary>
/// The scopes of this process, counted per granule; while there is one, the member's bit stands in the granule's
/// <see cref="GranuleRecord.Pins"/>.
/// </summary>
/// <remarks>
/// A pin is set first and the right looked at afterwards; who wants the granule makes it pending first and looks at the pins
/// afterwards. Each step has a full fence in between, so at least one of the two sees the other. Thread-safe.
/// </remarks>
internal sealed unsafe class LocalPins
{
    private const int Stripes = 64;
    private const int StripeSpacing = 32;

    private readonly GranuleRecord* _granules;
    private readonly int* _counts;
    private readonly Gate[] _gates = new Gate[Stripes * StripeSpacing];
    private ulong _bit;

    public LocalPins(OwnershipDirectory directory, int self)
    {
        _granules = directory.Granules;
        _bit = 1ul << self;
        _counts = (int*)NativeMemory.AllocZeroed((nuint)directory.Layout.GranuleCount, sizeof(int));
    }

    // Scopes hold the domain, and it holds this: nobody counts any more.
    ~LocalPins() => NativeMemory.Free(_counts);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int granule)
    {
        ref Gate gate = ref GateOf(granule);
        gate.Enter();
        if (_counts[granule]++ == 0)
        {
            _ = Interlocked.Or(ref _granules[granule].Pins, _bit);
        }

        gate.Exit();
    }

    /// <returns>Whether it was the last.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Remove(int granule)
    {
        ref Gate gate = ref GateOf(granule);
        gate.Enter();
        bool last = --_counts[granule] == 0;
        if (last)
        {
            _ = Interlocked.And(ref _granules[granule].Pins, ~_bit);
        }

        gate.Exit();
        return last;
    }

    /// <summary>From now on nothing shows in the directory: the member's number is given away.</summary>
    public void Silence()
    {
        Volatile.Write(ref _bit, 0);
        for (int i = 0; i < Stripes; i++)
        {
            // Whoever is inside may still have the bit.
            ref Gate gate = ref GateOf(i);
            gate.Enter();
            gate.Exit();
        }
    }

    // Far apart, because threads of different granules must not wait for each other's line.
    private ref Gate GateOf(int granule) => ref _gates[(granule & (Stripes - 1)) * StripeSpacing];
}
