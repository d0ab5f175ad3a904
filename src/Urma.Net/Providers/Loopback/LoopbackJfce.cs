using System.Runtime.InteropServices;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback;

/// <summary>Waits on the doorbells of several JFCs at once.</summary>
/// <remarks>
/// The waiter touches nothing of a JFC but its doorbell, so others may poll, create and close JFCs meanwhile: a change of the
/// members nudges the waiter, and a JFC that leaves stays until the waiter has let go of it.
/// </remarks>
internal sealed unsafe class LoopbackJfce : Jfce
{
    // One word is our own.
    private const int MaxMembers = FutexSet.MaxWords - 1;

    private readonly LoopbackContext _context;
    private readonly Lock _lock = new();
    private readonly FutexSet _words = new(FutexSet.MaxWords);
    private readonly int* _nudge = (int*)NativeMemory.AllocZeroed(sizeof(int));
    private volatile LoopbackJfc[] _members = [];
    private volatile LoopbackJfc[]? _watched;
    private volatile bool _disposed;

    public LoopbackJfce(LoopbackContext context)
        : base(context)
    {
        _context = context;
    }

    public void Attach(LoopbackJfc jfc)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_members.Length == MaxMembers)
            {
                throw new UrmaException(UrmaStatus.OutOfMemory, $"A JFCE serves at most {MaxMembers} JFCs: use another.");
            }

            _members = [.. _members, jfc];
            Nudge();
        }
    }

    /// <summary>Returns when the waiter does not look at the JFC any more.</summary>
    public void Detach(LoopbackJfc jfc)
    {
        lock (_lock)
        {
            _members = [.. _members.Where(m => m != jfc)];
        }

        LetGo(watched => Array.IndexOf(watched, jfc) >= 0);
    }

    public override int Wait(Span<Jfc> ready, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        long deadline = TimeLimit.After(timeout);
        CancellationTokenRegistration registration = default;
        _watched = [];
        try
        {
            // Whoever disposes this waits from here on until the waiter has left.
            Interlocked.MemoryBarrier();
            ObjectDisposedException.ThrowIf(_disposed, this);
            registration = cancellationToken.UnsafeRegister(static jfce => ((LoopbackJfce)jfce!).Nudge(), this);
            while (true)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                cancellationToken.ThrowIfCancellationRequested();
                int nudge = Volatile.Read(ref *_nudge);
                LoopbackJfc[] members = Watch();
                int found = Collect(members, ready);
                if (found != 0 || ready.IsEmpty || TimeLimit.Left(deadline) == TimeSpan.Zero)
                {
                    return found;
                }

                found = Sleep(members, nudge, ready, deadline);
                if (found != 0)
                {
                    return found;
                }
            }
        }
        finally
        {
            // A cancellation that is running still nudges.
            registration.Dispose();
            _watched = null;
        }
    }

    // Whoever changes the members and whoever watches them make their own step visible before they look at the other's.
    private LoopbackJfc[] Watch()
    {
        LoopbackJfc[] members;
        do
        {
            members = _members;
            _watched = members;
            Interlocked.MemoryBarrier();
        }
        while (members != _members);
        return members;
    }

    private int Sleep(LoopbackJfc[] members, int nudge, Span<Jfc> ready, long deadline)
    {
        _words.Clear();
        _words.Add(_nudge, nudge);
        foreach (LoopbackJfc member in members)
        {
            _words.Add(member.Doorbell.Word, member.Doorbell.BeginEventSleep());
        }

        int found = Collect(members, ready);
        if (found == 0)
        {
            _words.Wait(TimeLimit.Left(deadline));
        }

        foreach (LoopbackJfc member in members)
        {
            member.Doorbell.EndEventSleep();
        }

        return found;
    }

    private static int Collect(LoopbackJfc[] members, Span<Jfc> ready)
    {
        int found = 0;
        foreach (LoopbackJfc member in members)
        {
            if (found == ready.Length)
            {
                break;
            }

            if (member.TakeEvent())
            {
                ready[found++] = member;
            }
        }

        return found;
    }

    private void Nudge()
    {
        Interlocked.Increment(ref *_nudge);
        Futex.Wake(_nudge, int.MaxValue);
    }

    private void LetGo(Func<LoopbackJfc[], bool> concerns)
    {
        Interlocked.MemoryBarrier();
        var spin = default(SpinWait);
        while (_watched is { } watched && concerns(watched))
        {
            Nudge();
            spin.SpinOnce();
        }
    }

    private protected override void DisposeCore()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            if (_members.Length != 0)
            {
                throw new UrmaException(UrmaStatus.Failed, "JFCs still use this JFCE: dispose them first.");
            }

            _disposed = true;
        }

        LetGo(static _ => true);
        _context.Remove(this);
        NativeMemory.Free(_nudge);
    }
}
