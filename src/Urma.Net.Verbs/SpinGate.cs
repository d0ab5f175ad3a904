using System.Runtime.CompilerServices;

namespace Urma.Net.Verbs;

/// <summary>A lock for some tens of nanoseconds, without the <c>try</c> and <c>finally</c> of others: nothing inside it throws.</summary>
internal struct SpinGate
{
    private int _taken;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        if (Interlocked.CompareExchange(ref _taken, 1, 0) != 0)
        {
            EnterSlowly();
        }
    }

    /// <summary>Enters if nobody is inside.</summary>
    public bool TryEnter() => Interlocked.CompareExchange(ref _taken, 1, 0) == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit() => Volatile.Write(ref _taken, 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EnterSlowly()
    {
        var spin = default(SpinWait);
        while (Volatile.Read(ref _taken) != 0 || Interlocked.CompareExchange(ref _taken, 1, 0) != 0)
        {
            spin.SpinOnce();
        }
    }
}
