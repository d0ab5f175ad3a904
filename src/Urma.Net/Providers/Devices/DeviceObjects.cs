using System.Diagnostics;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Devices;

/// <summary>What is open below a context whose provider drives a device's library, and who may be posting there.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class DeviceObjects : IDisposable
{
    private static readonly TimeSpan IdleBound = TimeSpan.FromSeconds(5);

    private readonly UrmaContext _context;
    private readonly Lock _lock = new();
    private readonly List<IDisposable> _children = [];
    private readonly Graveyard _graveyard = new(static () => { });
    private EmulatedAtomics? _emulated;
    private int _disposed;

    public DeviceObjects(UrmaContext context) => _context = context;

    /// <summary>Takes an object in; where the context is closed already, the object is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The context is closed.</exception>
    public T Keep<T>(T child)
        where T : IDisposable
    {
        lock (_lock)
        {
            if (_disposed == 0)
            {
                _children.Add(child);
                return child;
            }
        }

        child.Dispose();
        throw new ObjectDisposedException(_context.GetType().FullName);
    }

    public void Drop(IDisposable child)
    {
        lock (_lock)
        {
            _children.Remove(child);
        }
    }

    public T[] OfType<T>()
    {
        lock (_lock)
        {
            return [.. _children.OfType<T>()];
        }
    }

    public void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, _context);

    /// <summary>Takes nothing in from now on. False where that was so already.</summary>
    public bool TryClose() => Interlocked.Exchange(ref _disposed, 1) == 0;

    /// <summary>Disposes some of what is open, the last made first.</summary>
    public void DisposeChildren(Func<IDisposable, bool> which)
    {
        foreach (IDisposable child in Enumerable.Reverse(OfType<IDisposable>()))
        {
            if (!which(child))
            {
                continue;
            }

            try
            {
                child.Dispose();
            }
            catch (UrmaException error)
            {
                // The others, and the context itself, must go all the same.
                Trace.TraceWarning(error.Message);
                Drop(child);
            }
        }
    }

    public void Dispose() => _graveyard.Dispose();

    public void Watch(IActivity activity) => _graveyard.Watch(activity);

    public void Unwatch(IActivity activity) => _graveyard.Unwatch(activity);

    /// <summary>Waits until no thread is between the check of a token and its use that began before now. False where that takes too long.</summary>
    public bool WaitUntilNobodyPosts() => _graveyard.WaitUntilIdle(IdleBound);

    /// <summary>Calls a function then; not at all where that takes too long.</summary>
    public void WhenUnused(Action release)
    {
        if (WaitUntilNobodyPosts())
        {
            release();
        }
        else
        {
            Trace.TraceWarning("A thread has been posting for very long: what it may use stays until the context is closed.");
        }
    }

    /// <summary>Carries out the atomics that the device does not, with its compare-and-swap.</summary>
    /// <exception cref="UrmaException">The device has no more queues.</exception>
    public EmulatedAtomics GetEmulated()
    {
        EmulatedAtomics? emulated = Volatile.Read(ref _emulated);
        if (emulated is null)
        {
            lock (_lock)
            {
                emulated = _emulated ??= new EmulatedAtomics(_context);
            }
        }

        return emulated;
    }
}
