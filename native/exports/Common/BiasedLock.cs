using System.Runtime.CompilerServices;

namespace Urma.Net.Exports;

/// <summary>
/// A lock that costs the first thread that enters it two plain stores, as long as no other thread comes: a queue is mostly used by one
/// thread, and an exchange would also wait for that thread's stores on their way to the peer. When a second thread comes, the
/// first one's privilege is taken away for good, by a barrier on every processor, and all of them exchange from then on.
/// </summary>
internal struct BiasedLock
{
    private const int Free = 0;
    private const int BeingTaken = -1;
    private const int Shared = -2;

    // Whose privilege it is: a thread, or one of the above.
    private int _owner;

    // The privileged thread is inside.
    private int _inside;

    // Somebody is inside, when it is shared.
    private int _held;

    // Who had the privilege first, which is known longer than that it has it, and who is inside when it is shared.
    private int _first;
    private int _holder;

    /// <summary>Enters, waiting for whoever is inside.</summary>
    /// <returns>What to leave it with.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Enter()
    {
        int me = Environment.CurrentManagedThreadId;
        if (_owner == me)
        {
            // Between this store and the next load the processor may not be trusted; whoever takes the privilege away makes it wait.
            Volatile.Write(ref _inside, 1);
            if (Volatile.Read(ref _owner) == me)
            {
                return true;
            }

            Volatile.Write(ref _inside, 0);
        }

        return EnterSlow(me);
    }

    /// <param name="privileged">What <see cref="Enter"/> returned.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit(bool privileged)
    {
        if (privileged)
        {
            Volatile.Write(ref _inside, 0);
        }
        else
        {
            _holder = 0;
            Volatile.Write(ref _held, 0);
        }
    }

    /// <summary>
    /// Leaves it if the calling thread is inside: for a thread that an exception threw out. An exception handler around each use
    /// would cost the good path; whoever catches calls this instead.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Abandon()
    {
        int me = Environment.CurrentManagedThreadId;
        if (_first == me && Volatile.Read(ref _inside) != 0)
        {
            Exit(privileged: true);
        }
        else if (Volatile.Read(ref _holder) == me)
        {
            Exit(privileged: false);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool EnterSlow(int me)
    {
        int owner = Interlocked.CompareExchange(ref _owner, me, Free);
        if (owner == Free)
        {
            _first = me;
            return Enter();
        }

        var wait = default(SpinWait);
        if (owner > 0 && Interlocked.CompareExchange(ref _owner, BeingTaken, owner) == owner)
        {
            Interlocked.MemoryBarrierProcessWide();
            while (Volatile.Read(ref _inside) != 0)
            {
                wait.SpinOnce(sleep1Threshold: -1);
            }

            Volatile.Write(ref _owner, Shared);
        }

        while (Volatile.Read(ref _owner) != Shared || Volatile.Read(ref _held) != 0 || Interlocked.Exchange(ref _held, 1) != 0)
        {
            wait.SpinOnce(sleep1Threshold: -1);
        }

        _holder = me;
        return false;
    }
}
