namespace Urma.Net.Verbs;

/// <summary>Objects by small numbers, from 1, which completions carry. Read without a lock; numbers are given again.</summary>
/// <typeparam name="T">What.</typeparam>
internal sealed class ObjectList<T>
    where T : class
{
    private readonly Lock _lock = new();
    private readonly Stack<int> _free = new();
    private T?[] _items = new T?[64];
    private int _next = 1;

    /// <summary>The object of a number; null where there is none.</summary>
    public T? this[int number]
    {
        get
        {
            T?[] items = Volatile.Read(ref _items);
            return (uint)number < (uint)items.Length ? Volatile.Read(ref items[number]) : null;
        }
    }

    /// <summary>Makes an object that knows its number.</summary>
    /// <param name="make">From the number.</param>
    /// <param name="what">For the message when there is no room.</param>
    public T Add(Func<int, T> make, string what)
    {
        int number;
        lock (_lock)
        {
            if (!_free.TryPop(out number))
            {
                if (_next == WorkId.MaxObjects)
                {
                    throw new UrmaException(UrmaStatus.OutOfMemory, $"{WorkId.MaxObjects} {what} are open already: dispose some.");
                }

                number = _next++;
                if (number == _items.Length)
                {
                    T?[] larger = new T?[2 * number];
                    _items.CopyTo(larger, 0);
                    Volatile.Write(ref _items, larger);
                }
            }
        }

        try
        {
            T item = make(number);
            lock (_lock)
            {
                Volatile.Write(ref _items[number], item);
            }

            return item;
        }
        catch
        {
            Remove(number);
            throw;
        }
    }

    public void Remove(int number)
    {
        lock (_lock)
        {
            _items[number] = null;
            _free.Push(number);
        }
    }

    /// <summary>Those that there are.</summary>
    public T[] ToArray()
    {
        lock (_lock)
        {
            return [.. _items.OfType<T>()];
        }
    }
}
