using System.Collections.Concurrent;

namespace Urma.Net.Diagnostics;

/// <summary>
/// Hands things to code of others on a thread of the pool, one after the other and in order: whoever adds them is neither held up nor failed by what
/// that code does.
/// </summary>
/// <param name="handle">What may throw or hang.</param>
/// <param name="capacity">With more than so many waiting that code hangs, and what comes then is dropped.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class BackgroundQueue<T>(Action<T> handle, int capacity)
{
    private readonly ConcurrentQueue<T> _waiting = new();
    private int _isHandling;

    /// <summary>Whether all that was added was handled.</summary>
    public bool IsIdle => Volatile.Read(ref _isHandling) == 0 && _waiting.IsEmpty;

    /// <summary>Adds something; false where it is dropped.</summary>
    public bool TryAdd(T item)
    {
        if (_waiting.Count >= capacity)
        {
            return false;
        }

        _waiting.Enqueue(item);
        Handle();
        return true;
    }

    // One at a time, or two threads would change the order.
    private void Handle()
    {
        if (Interlocked.Exchange(ref _isHandling, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static queue => queue.HandleWaiting(), this, preferLocal: false);
        }
    }

    private void HandleWaiting()
    {
        while (_waiting.TryDequeue(out T? next))
        {
            try
            {
                handle(next);
            }
            catch (Exception)
            {
                // Whoever added it can do nothing about it.
            }
        }

        Volatile.Write(ref _isHandling, 0);
        Interlocked.MemoryBarrier();
        if (!_waiting.IsEmpty)
        {
            Handle();
        }
    }
}
