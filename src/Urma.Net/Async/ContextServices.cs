namespace Urma.Net.Async;

/// <summary>
/// What channels and other things built on a context share: the pumps, its sign of life, and being closed before the queues and
/// memory beneath them are.
/// </summary>
internal sealed class ContextServices(UrmaContext context)
{
    // A channel says its last word for two seconds at most.
    private static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly HashSet<IDisposable> _channels = [];
    private readonly List<CompletionPump> _pumps = [];
    private Global.Presence? _presence;
    private bool _closed;

    /// <summary>The one sign of life of this context, whatever it is a member of; made when first asked for.</summary>
    public Global.Presence Presence
    {
        get
        {
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_closed, context);
                return _presence ??= new Global.Presence(context);
            }
        }
    }

    /// <summary>Has the context dispose this first. The context holds it strongly: memory that peers write to is not the GC's.</summary>
    public void Add(IDisposable channel)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, context);
            _channels.Add(channel);
        }
    }

    public void Remove(IDisposable channel)
    {
        lock (_lock)
        {
            _channels.Remove(channel);
        }
    }

    /// <summary>A pump with room for one more JFC; give it back with <see cref="Return"/>.</summary>
    public CompletionPump Rent()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, context);
            CompletionPump? pump = _pumps.Find(static p => p.Targets < CompletionPump.MaxTargets);
            if (pump is null)
            {
                pump = new CompletionPump(context);
                _pumps.Add(pump);
            }

            pump.Targets++;
            return pump;
        }
    }

    public void Return(CompletionPump pump)
    {
        lock (_lock)
        {
            pump.Targets--;
        }
    }

    public void Close()
    {
        IDisposable[] channels;
        CompletionPump[] pumps;
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            channels = [.. _channels];
            pumps = [.. _pumps];
            _channels.Clear();
            _pumps.Clear();
        }

        foreach (IDisposable channel in channels)
        {
            channel.Dispose();
        }

        foreach (CompletionPump pump in pumps)
        {
            // Another thread may be in the middle of closing a channel.
            _ = SpinWait.SpinUntil(() => IsUnused(pump), LongestFarewell);
            pump.Dispose();
        }

        _presence?.Dispose();
    }

    private bool IsUnused(CompletionPump pump)
    {
        lock (_lock)
        {
            return pump.Targets == 0;
        }
    }
}
