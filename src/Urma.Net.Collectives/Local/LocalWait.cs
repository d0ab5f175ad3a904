using System.Runtime.CompilerServices;
using Urma.Net.Internal;

namespace Urma.Net.Collectives.Local;

/// <summary>
/// How a rank waits for another of its host: looks for a while, then lets others run, then sleeps until it is woken. What a waiter looks at
/// was written before its writer looked for sleepers, so nobody is missed.
/// </summary>
/// <remarks>One thread at a time waits; <see cref="Interrupt"/> may be called by any.</remarks>
internal sealed unsafe class LocalWait
{
    // Looks without a pause are what catches a line soonest; a line crosses in 50 to 300 ns and a look costs few.
    private const int EagerLooks = 256;

    // About 20 µs: a trip through the kernel costs as much.
    private const int PausedLooks = 1024;

    // With more ranks than processors the one waited for needs this processor: a switch to it costs less than looking on.
    private const int CrowdedLooks = 16;

    private const int Yields = 64;
    private const int CrowdedYields = 2048;
    private const int LooksPerFault = 16;
    private const long SliceNanoseconds = 20_000_000;

    private readonly byte** _arenas;
    private readonly int _rank;
    private readonly int _size;
    private readonly bool _needsFences;
    private readonly IWaitOwner _owner;
    private readonly long _timeoutMilliseconds;
    private readonly int _eagerLooks;
    private readonly int _pausedLooks;
    private readonly int _yields;
    private volatile int _peer = -1;

    /// <param name="owner">Who is asked whether waiting still makes sense.</param>
    /// <param name="arenas">All ranks' arenas.</param>
    /// <param name="rank">This rank.</param>
    /// <param name="size">All ranks.</param>
    /// <param name="crowded">Whether there are more ranks than processors.</param>
    /// <param name="needsFences">Whether some process cannot be reached by the kernel's barriers, so that writers have to fence.</param>
    /// <param name="timeout">How long a wait may take.</param>
    public LocalWait(IWaitOwner owner, byte** arenas, int rank, int size, bool crowded, bool needsFences, TimeSpan timeout)
    {
        _arenas = arenas;
        (_owner, _rank, _size, _needsFences) = (owner, rank, size, needsFences);
        _timeoutMilliseconds = (long)timeout.TotalMilliseconds;
        (_eagerLooks, _pausedLooks) = crowded ? (CrowdedLooks, 0) : (EagerLooks, PausedLooks);
        _yields = crowded ? CrowdedYields : Yields;
    }

    /// <summary>The rank that is waited for now; -1 for none.</summary>
    public int Peer => _peer;

    /// <summary>Returns when the condition is met.</summary>
    /// <exception cref="CollectiveException">The communicator failed, the condition is broken, or the time is over.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Until<TCondition>(TCondition condition)
        where TCondition : struct, ILocalCondition
    {
        for (int i = _eagerLooks; i > 0; i--)
        {
            if (condition.IsMet())
            {
                return;
            }
        }

        UntilPatiently(condition);
    }

    private void UntilPatiently<TCondition>(TCondition condition)
        where TCondition : struct, ILocalCondition
    {
        _peer = condition.Peer;
        for (int i = _pausedLooks; i > 0; i--)
        {
            if (condition.IsMet())
            {
                _peer = -1;
                return;
            }

            Thread.SpinWait(1);
        }

        long deadline = Environment.TickCount64 + _timeoutMilliseconds;
        while (true)
        {
            for (int i = 0; i < _yields; i++)
            {
                if (condition.IsMet())
                {
                    _peer = -1;
                    return;
                }

                // Beside busy threads a yield can take milliseconds.
                if (i % LooksPerFault == LooksPerFault - 1 && _owner.IsFaulted)
                {
                    _owner.ThrowIfFaulted();
                }

                Thread.Yield();
            }

            _owner.ThrowIfFaulted();
            _owner.LookAround();
            if (condition.IsBroken() || WaitsForAnother(condition))
            {
                _owner.ThrowMismatch(condition.Peer);
            }

            if (Environment.TickCount64 >= deadline)
            {
                _owner.ThrowTimedOut(condition.Peers);
            }

            Sleep(condition);
        }
    }

    // Two ranks that wait for each other in different calls have nothing else to see it by.
    private bool WaitsForAnother<TCondition>(TCondition condition)
        where TCondition : struct, ILocalCondition
    {
        ulong own = condition.Step;
        if (own == 0)
        {
            return false;
        }

        Volatile.Write(ref *(ulong*)(_arenas[_rank] + LocalLayout.WaitingAt), own);
        ulong theirs = Volatile.Read(ref *(ulong*)(_arenas[condition.Peer] + LocalLayout.WaitingAt));
        return (uint)theirs == (uint)own && theirs != own;
    }

    private void Sleep<TCondition>(TCondition condition)
        where TCondition : struct, ILocalCondition
    {
        int* word = (int*)(_arenas[_rank] + LocalLayout.SleepAt);
        Volatile.Write(ref *word, 1);
        if (_needsFences || !MemoryBarriers.HeavyGlobal())
        {
            Interlocked.MemoryBarrier();
        }

        if (!condition.IsMet() && !_owner.IsFaulted)
        {
            _ = Futex.Wait(word, 1, SliceNanoseconds);
        }

        Volatile.Write(ref *word, 0);
    }

    /// <summary>
    /// Wakes whoever sleeps. To be called after every store that somebody may wait for, and after the last read of what others published: it throws when
    /// one of them is dead, because what was read may then have been zeros.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WakeOthers()
    {
        if (_needsFences)
        {
            Interlocked.MemoryBarrier();
        }

        for (int rank = 0; rank < _size; rank++)
        {
            if (Volatile.Read(ref *(ulong*)(_arenas[rank] + LocalLayout.SleepAt)) != LocalLayout.AliveAwake)
            {
                WakeOrMourn(rank);
            }
        }
    }

    /// <summary>Wakes one rank, if it sleeps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WakeOther(int rank)
    {
        if (_needsFences)
        {
            Interlocked.MemoryBarrier();
        }

        if (Volatile.Read(ref *(ulong*)(_arenas[rank] + LocalLayout.SleepAt)) != LocalLayout.AliveAwake)
        {
            WakeOrMourn(rank);
        }
    }

    /// <summary>Wakes this rank, because the communicator failed.</summary>
    public void Interrupt() => Wake(_rank);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WakeOrMourn(int rank)
    {
        if (Volatile.Read(ref *(int*)(_arenas[rank] + LocalLayout.LifeAt)) != LocalLayout.Alive)
        {
            _owner.ThrowUnreachable(rank, "its process ended, and what it published is gone.");
        }

        Wake(rank);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Wake(int rank)
    {
        int* word = (int*)(_arenas[rank] + LocalLayout.SleepAt);
        Volatile.Write(ref *word, 0);
        _ = Futex.Wake(word, int.MaxValue);
    }
}
