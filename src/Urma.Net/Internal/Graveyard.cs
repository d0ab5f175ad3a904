namespace Urma.Net.Internal;

/// <summary>
/// Mappings nobody may start to use any more, waiting until nobody still does. A mapping is replaced by scratch memory before it
/// comes here, so a late access is harmless; only giving the addresses back must wait.
/// </summary>
internal sealed class Graveyard : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<IActivity> _users = [];
    private readonly List<Grave> _graves = [];
    private readonly Action _wake;

    /// <summary>Makes an empty one.</summary>
    /// <param name="wake">Has <see cref="Collect"/> called soon.</param>
    public Graveyard(Action wake) => _wake = wake;

    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _graves.Count == 0;
            }
        }
    }

    public void Watch(IActivity user)
    {
        lock (_lock)
        {
            _users.Add(user);
        }
    }

    public void Unwatch(IActivity user)
    {
        lock (_lock)
        {
            _users.Remove(user);
        }
    }

    /// <summary>Calls <paramref name="release"/> as soon as no posting thread can still use what it releases.</summary>
    public void Bury(Action release)
    {
        List<(IActivity User, uint Activity, uint Pending)> busy = FindBusy();
        if (busy.Count == 0)
        {
            release();
            return;
        }

        lock (_lock)
        {
            _graves.Add(new Grave(release, busy));
        }

        _wake();
    }

    /// <summary>Waits until everything that was being executed has ended. False where that took longer than the bound.</summary>
    public bool WaitUntilIdle(TimeSpan bound)
    {
        List<(IActivity User, uint Activity, uint Pending)> busy = FindBusy();
        return SpinWait.SpinUntil(() => !IsBusy(busy), bound);
    }

    private List<(IActivity User, uint Activity, uint Pending)> FindBusy()
    {
        // After this every thread that does not see the token as stale is inside an operation, and shows it.
        Interlocked.MemoryBarrierProcessWide();
        var busy = new List<(IActivity User, uint Activity, uint Pending)>();
        lock (_lock)
        {
            foreach (IActivity user in _users)
            {
                (uint activity, uint pending) = (user.Activity, user.PendingActivity);
                if (((activity | pending) & 1) != 0)
                {
                    busy.Add((user, activity, pending));
                }
            }
        }

        return busy;
    }

    private static bool IsBusy(List<(IActivity User, uint Activity, uint Pending)> busy)
    {
        busy.RemoveAll(b => HasMoved(b.Activity, b.User.Activity) && HasMoved(b.Pending, b.User.PendingActivity));
        return busy.Count != 0;
    }

    /// <summary>Releases what nobody uses any more.</summary>
    public void Collect()
    {
        List<Action> due = [];
        lock (_lock)
        {
            for (int i = _graves.Count - 1; i >= 0; i--)
            {
                if (!IsBusy(_graves[i].Busy))
                {
                    due.Add(_graves[i].Release);
                    _graves.RemoveAt(i);
                }
            }
        }

        foreach (Action release in due)
        {
            release();
        }
    }

    /// <summary>Releases everything: no queue posts any more.</summary>
    public void Dispose()
    {
        foreach (Grave grave in _graves)
        {
            grave.Release();
        }

        _graves.Clear();
    }

    private static bool HasMoved(uint before, uint now) => (before & 1) == 0 || before != now;

    private sealed record Grave(Action Release, List<(IActivity User, uint Activity, uint Pending)> Busy);
}
