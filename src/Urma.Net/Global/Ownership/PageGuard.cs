using System.Numerics;
using Urma.Net.Internal;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Global;

/// <summary>
/// This member's page protection: what its mapping lets it touch, shown to the others in the directory, and the agent that lowers
/// it when another member is promised a granule.
/// </summary>
/// <remarks>Thread-safe. Raised only while a granule is pending in our name or pinned by us, lowered only while it is neither used nor ours.</remarks>
internal sealed unsafe class PageGuard : IDisposable
{
    private static readonly TimeSpan IdleSlice = TimeSpan.FromSeconds(1);

    private readonly OwnershipDirectory _directory;
    private readonly GranuleRecord* _granules;
    private readonly byte* _data;
    private readonly long _granuleSize;
    private readonly int _self;
    private readonly ulong _bit;
    private readonly Lock _lock = new();
    private readonly ulong[] _deferred = new ulong[DirectoryLayout.MaxMembers];
    private readonly Thread _agent;
    private volatile bool _stopping;

    /// <summary>Takes all rights away from this process and starts the agent.</summary>
    /// <exception cref="UrmaException">The kernel refused.</exception>
    public PageGuard(OwnershipDirectory directory, byte* data, int self)
    {
        _directory = directory;
        _granules = directory.Granules;
        _data = data;
        _granuleSize = directory.Layout.GranuleSize;
        _self = self;
        _bit = 1ul << self;
        int error = Protect(0, directory.Layout.GranuleCount, Ownership.None);
        if (error != 0)
        {
            LinuxError.Throw("protect the pages of an ownership domain", error);
        }

        _agent = new Thread(Run) { Name = "urma-ownership", IsBackground = true };
        _agent.Start();
    }

    /// <summary>The members whose mapping still lets them do what they may not once a granule changes.</summary>
    public ulong Exposed(int granule, Ownership wanted)
    {
        ulong* exposure = _directory.Exposure(granule);
        return wanted switch
        {
            Ownership.Write => Volatile.Read(ref exposure[0]) & ~_bit,
            Ownership.Read => Volatile.Read(ref exposure[1]) & ~_bit,
            _ => 0,
        };
    }

    /// <summary>Makes our pages of a run accessible as its pending states say.</summary>
    /// <returns>The kernel's error, or 0.</returns>
    public int Set(in GranuleRun run)
    {
        lock (_lock)
        {
            for (int g = run.First; g < run.End;)
            {
                Ownership mode = ModeOf(g);
                int end = g + 1;
                while (end < run.End && ModeOf(end) == mode)
                {
                    end++;
                }

                int error = Change(g, end, mode);
                if (error != 0)
                {
                    return error;
                }

                g = end;
            }
        }

        return 0;
    }

    /// <summary>Takes back what <see cref="Set"/> did: what is accessible is what was held before the pending states.</summary>
    public void Reset(in GranuleRun run)
    {
        lock (_lock)
        {
            for (int g = run.First; g < run.End; g++)
            {
                // Where the kernel refuses this too, the others still see that they must ask us.
                _ = Change(g, g + 1, ModeBefore(g));
            }
        }
    }

    /// <summary>Makes pages accessible that a scope has pinned and may use: they may have been lowered for a request that then gave up.</summary>
    public int Ensure(int first, int end, Ownership wanted)
    {
        lock (_lock)
        {
            for (int g = first; g < end; g++)
            {
                if ((Volatile.Read(ref _directory.Exposure(g)[wanted == Ownership.Write ? 1 : 0]) & _bit) == 0)
                {
                    int error = Change(g, g + 1, wanted);
                    if (error != 0)
                    {
                        return error;
                    }
                }
            }
        }

        return 0;
    }

    /// <summary>A member is gone: nobody's mapping is in the way for it.</summary>
    public void Forget(int granule, ulong bit)
    {
        ulong* exposure = _directory.Exposure(granule);
        for (int i = 0; i < 2; i++)
        {
            if ((Volatile.Read(ref exposure[i]) & bit) != 0)
            {
                _ = Interlocked.And(ref exposure[i], ~bit);
            }
        }
    }

    /// <summary>Asks everybody whose mapping is in the way of a request to lower it.</summary>
    public void AskToLower(OwnershipRequest request)
    {
        ulong asked = 0;
        for (int i = 0; i < request.RunCount; i++)
        {
            GranuleRun run = request.Runs[i];
            if (request.States[i] == RunState.Pending)
            {
                for (int g = run.First; g < run.End; g++)
                {
                    asked |= Exposed(g, ModeOf(g));
                }
            }
        }

        for (ulong rest = asked; rest != 0; rest &= rest - 1)
        {
            _directory.Member(BitOperations.TrailingZeroCount(rest)).Ask(_self, request.Slot);
        }
    }

    /// <summary>Has our agent look again at what it could not lower because it was used.</summary>
    public void LookAgain() => _directory.Member(_self).WakeAgent();

    public void Dispose()
    {
        _stopping = true;
        LookAgain();
        _agent.Join();
    }

    private Ownership ModeOf(int granule) => new GranuleState(Volatile.Read(ref _granules[granule].State)).Mode;

    private Ownership ModeBefore(int granule)
    {
        GranuleState before = new GranuleState(Volatile.Read(ref _granules[granule].State)).Before;
        ulong readers = Volatile.Read(ref _granules[granule].Readers);
        return before.Allows(_self, Ownership.Write, readers) ? Ownership.Write
            : before.Allows(_self, Ownership.Read, readers) ? Ownership.Read
            : Ownership.None;
    }

    private int Protect(int first, int end, Ownership mode)
    {
        int protection = mode switch
        {
            Ownership.Write => Libc.PROT_READ | Libc.PROT_WRITE,
            Ownership.Read => Libc.PROT_READ,
            _ => Libc.PROT_NONE,
        };
        return Libc.Mprotect(_data + (first * _granuleSize), (nuint)((end - first) * _granuleSize), protection) == 0
            ? 0
            : System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
    }

    // Shown before it is raised and after it is lowered: the others never believe us to have less than we have.
    private int Change(int first, int end, Ownership mode)
    {
        for (int g = first; g < end; g++)
        {
            ulong* exposure = _directory.Exposure(g);
            if (mode != Ownership.None)
            {
                _ = Interlocked.Or(ref exposure[0], _bit);
            }

            if (mode == Ownership.Write)
            {
                _ = Interlocked.Or(ref exposure[1], _bit);
            }
        }

        int error = Protect(first, end, mode);
        for (int g = first; g < end && error == 0; g++)
        {
            ulong* exposure = _directory.Exposure(g);
            if (mode != Ownership.Write)
            {
                _ = Interlocked.And(ref exposure[1], ~_bit);
            }

            if (mode == Ownership.None)
            {
                _ = Interlocked.And(ref exposure[0], ~_bit);
            }
        }

        return error;
    }

    private void Run()
    {
        MemberRecord own = _directory.Member(_self);
        while (!_stopping && _directory.IsAlive)
        {
            int signal = Volatile.Read(ref *own.AgentSignal);
            ulong askers = Interlocked.Exchange(ref own.Askers, 0);
            for (int member = 0; member < DirectoryLayout.MaxMembers; member++)
            {
                ulong slots = _deferred[member];
                if (((askers >> member) & 1) != 0)
                {
                    slots |= Interlocked.Exchange(ref own.AskedSlots(member), 0);
                }

                _deferred[member] = 0;
                for (; slots != 0; slots &= slots - 1)
                {
                    int slot = BitOperations.TrailingZeroCount(slots);
                    if (slot < DirectoryLayout.SlotsPerMember && !Lower(member, slot))
                    {
                        _deferred[member] |= 1ul << slot;
                    }
                }
            }

            _ = Futex.Wait(own.AgentSignal, signal, IdleSlice);
        }
    }

    // Lowers what a request was promised and we do not use. False where something is still used.
    private bool Lower(int requester, int slot)
    {
        bool done = true;
        bool lowered = false;
        foreach (ref readonly GranuleRun shared in _directory.Slot(requester, slot).Runs)
        {
            GranuleRun run = shared;
            if (!run.IsValid(_directory.Layout.GranuleCount))
            {
                continue;
            }

            lock (_lock)
            {
                for (int g = run.First; g < run.End;)
                {
                    Ownership target = Target(g, requester, ref done);
                    int end = g + 1;
                    while (end < run.End && Target(end, requester, ref done) == target)
                    {
                        end++;
                    }

                    if (target != Ownership.Write)
                    {
                        lowered |= Change(g, end, target) == 0;
                        if (CrashPoints.Enabled)
                        {
                            CrashPoints.Reach(CrashPoints.OwnershipLowered);
                        }
                    }

                    g = end;
                }
            }
        }

        if (lowered)
        {
            _directory.Member(requester).Wake();
        }

        return done;
    }

    // What our mapping of a granule must be lowered to; Write where it can stay as it is.
    private Ownership Target(int granule, int requester, ref bool done)
    {
        GranuleRecord* record = &_granules[granule];
        var state = new GranuleState(Volatile.Read(ref record->State));
        ulong* exposure = _directory.Exposure(granule);
        bool isTooMuch = state.IsPending && state.Owner == requester && requester != _self && state.Mode switch
        {
            Ownership.Write => (Volatile.Read(ref exposure[0]) & _bit) != 0,
            Ownership.Read => (Volatile.Read(ref exposure[1]) & _bit) != 0,
            _ => false,
        };
        if (!isTooMuch)
        {
            return Ownership.Write;
        }

        if ((Volatile.Read(ref record->Pins) & _bit) != 0)
        {
            done = false;
            return Ownership.Write;
        }

        return state.Mode == Ownership.Write ? Ownership.None : Ownership.Read;
    }
}
