namespace Urma.Net.Global;

/// <summary>Looks whether another member (<see cref="Presence"/>) is still there. A stopped process is; a dead or closed one is not.</summary>
/// <remarks>
/// Thread-safe. A member is gone only where that is proved: nobody listens at its engine's name, its process has exited, or its engine says
/// that it does not have that presence (any more). Whom this process cannot ask, for want of descriptors or because a connection broke, is
/// there, and is asked again. Where memory is not mapped, a member whose device does not answer in time counts as gone, too: nothing else
/// is ever known of it. The bytes it is made from may come from shared memory that anybody wrote: nonsense proves nothing.
/// </remarks>
internal sealed class PresenceWatch : IDisposable
{
    private const long PauseMilliseconds = 5;

    private readonly UrmaContext _context;
    private readonly SegmentDescriptor _descriptor;
    private readonly Token _token;
    private readonly bool _isNonsense;
    private readonly Lock _lock = new();
    private TargetSegment? _import;
    private bool _isGone;
    private bool _disposed;
    private int _isLooking;
    private long _nextLook;

    /// <param name="context">Who watches.</param>
    /// <param name="own">The watcher's own presence, which is never gone.</param>
    /// <param name="source"><see cref="Presence.Size"/> bytes of <see cref="Presence.WriteTo"/>.</param>
    public PresenceWatch(UrmaContext context, Presence own, ReadOnlySpan<byte> source)
    {
        _context = context;
        _isNonsense = !Presence.TryRead(source, out _descriptor, out _token);
        IsOwn = !_isNonsense && own.Is(_descriptor, _token);
    }

    /// <summary>Whether this is the watcher itself.</summary>
    public bool IsOwn { get; }

    /// <summary>The member's device.</summary>
    public Eid Eid => _descriptor.Eid;

    /// <summary>The member's engine.</summary>
    public uint Uasid => _descriptor.Uasid;

    /// <summary>
    /// As <see cref="IsGone"/>, but never waits: a look goes on in the background, and the member counts as there meanwhile.
    /// </summary>
    public bool LooksGone
    {
        get
        {
            if (CannotTell)
            {
                return false;
            }

            if (Volatile.Read(ref _isGone))
            {
                return true;
            }

            TargetSegment? import = Volatile.Read(ref _import);
            if (IsTold(import))
            {
                return false;
            }

            if (import is { WasEndedByOwner: true })
            {
                Volatile.Write(ref _isGone, true);
                return true;
            }

            // To ask takes as long as the member's process is stopped.
            if (Environment.TickCount64 >= Volatile.Read(ref _nextLook) && Interlocked.Exchange(ref _isLooking, 1) == 0)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static watch => watch.Look(), this, preferLocal: false);
            }

            return false;
        }
    }

    /// <summary>
    /// Whether the member has died or left; once true, always true, but false after <see cref="Dispose"/>. The first look connects, and so does
    /// one after the connection was lost, which takes as long as the context's control timeout where the member is stopped; others cost a
    /// fraction of a microsecond.
    /// </summary>
    public bool IsGone
    {
        get
        {
            if (CannotTell)
            {
                return false;
            }

            lock (_lock)
            {
                if (!_isGone && !IsTold(_import) && !Probe())
                {
                    Ask();
                    _ = Probe();
                }

                return _isGone && !CannotTell;
            }
        }
    }

    private bool CannotTell => IsOwn || _isNonsense || Volatile.Read(ref _disposed);

    /// <summary>Ends the watch: it knows nothing from now on. Does not wait for a look that goes on.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _disposed, true);
        Replace(null);
    }

    // Whether the provider tells by itself when the member goes, and has not told.
    private static bool IsTold(TargetSegment? import) => import is { IsRevoked: false, TellsItsEnd: true };

    // Where it does not, the presence is read: whether it is there. What its device refuses, or does not answer, is gone.
    private bool Probe()
    {
        if (_import is not { IsRevoked: false, TellsItsEnd: false } import)
        {
            return false;
        }

        Span<byte> word = stackalloc byte[sizeof(ulong)];
        GlobalMemoryStatus status = _context.Global.TryXcopy(word, import.GlobalAddress);
        if (status is GlobalMemoryStatus.OwnerLost or GlobalMemoryStatus.Revoked)
        {
            Volatile.Write(ref _isGone, true);
        }

        return true;
    }

    private void Look()
    {
        _ = IsGone;
        Volatile.Write(ref _nextLook, Environment.TickCount64 + PauseMilliseconds);
        Volatile.Write(ref _isLooking, 0);
    }

    private void Ask()
    {
        if (_import is { WasEndedByOwner: true })
        {
            Volatile.Write(ref _isGone, true);
            return;
        }

        // A connection can break while the member lives: asking again tells.
        Replace(null);
        try
        {
            Replace(_context.ImportSegment(_descriptor, _token));
            if (Volatile.Read(ref _disposed))
            {
                Replace(null);
            }
        }
        catch (UrmaException error)
        {
            // A device that needs the owner for an import seldom says more than that it failed.
            if (error.ProvesAbsence || (!_context.Capabilities.SupportsMapping && error.Status is not (UrmaStatus.OutOfMemory or UrmaStatus.TryAgain)))
            {
                Volatile.Write(ref _isGone, true);
            }
        }
        catch (ObjectDisposedException)
        {
            // This context closed before the look was over.
        }
    }

    private void Replace(TargetSegment? import) => Interlocked.Exchange(ref _import, import)?.Dispose();
}
