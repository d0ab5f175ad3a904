using System.Runtime.CompilerServices;

namespace Urma.Net.Internal;

/// <summary>
/// A lock for sections of some ten nanoseconds: one compare-and-swap to enter, one store to leave. Not reentrant, not fair.
/// A mutable struct: never make a field of it readonly.
/// </summary>
internal struct Gate
{
    private int _held;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryEnter() => Interlocked.CompareExchange(ref _held, 1, 0) == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        if (Interlocked.CompareExchange(ref _held, 1, 0) != 0)
        {
            EnterContended();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit() => Volatile.Write(ref _held, 0);

    // Spins, yields, then sleeps: the holder may be in the middle of a long copy, or have lost its core to us.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EnterContended()
    {
        var spin = default(SpinWait);
        do
        {
            spin.SpinOnce();
        }
        while (Volatile.Read(ref _held) != 0 || Interlocked.CompareExchange(ref _held, 1, 0) != 0);
    }
}
