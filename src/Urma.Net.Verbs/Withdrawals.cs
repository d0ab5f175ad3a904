namespace Urma.Net.Verbs;

/// <summary>
/// What an owner has withdrawn while this end was asking for something: its answer and its withdrawal are taken by different threads, so
/// the second may be here first, when nothing is known yet that it could end.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class Withdrawals
{
    private readonly Lock _lock = new();
    private readonly List<(uint First, uint Second)> _heard = [];
    private int _asking;

    /// <summary>Before asking; to be disposed after it, whatever came of it.</summary>
    public Listener Listen()
    {
        lock (_lock)
        {
            _asking++;
        }

        return new Listener(this);
    }

    /// <summary>The owner withdrew that.</summary>
    public void Hear(uint first, uint second)
    {
        lock (_lock)
        {
            if (_asking != 0)
            {
                _heard.Add((first, second));
            }
        }
    }

    /// <summary>Whether what was granted is withdrawn already. After it was made known, so that later withdrawals find it.</summary>
    public bool Includes(Predicate<(uint First, uint Second)> what)
    {
        lock (_lock)
        {
            return _heard.Exists(what);
        }
    }

    private void End()
    {
        lock (_lock)
        {
            if (--_asking == 0)
            {
                _heard.Clear();
            }
        }
    }

    /// <summary>While it is there, withdrawals are remembered.</summary>
    public readonly ref struct Listener(Withdrawals withdrawals)
    {
        public void Dispose() => withdrawals.End();
    }
}
