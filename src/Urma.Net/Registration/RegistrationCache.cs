using System.Buffers;
using System.Runtime.InteropServices;

namespace Urma.Net;

/// <summary>
/// Registers memory that a program already has, arrays and <see cref="Memory{T}"/>, when it is first sent from or received into, and keeps what was
/// used last registered: the next time costs a look into a table.
/// </summary>
/// <remarks>
/// <para>What is registered is the whole array (or what a <see cref="MemoryManager{T}"/> manages) behind a piece, so all pieces of one array are one
/// registration. It is pinned and kept alive for as long as it is registered: the cache never has a registration of memory that is gone, and the
/// garbage collector gets an array back only when the cache lets it go, because others were used since (<see cref="RegistrationCacheOptions"/>),
/// by <see cref="Forget"/>, or by <see cref="Dispose"/>. Use it with arrays that come again, such as those of a pool; for an array used once
/// registering costs more than copying. A memory manager over memory that is not the garbage collector's must not free it while it is pinned:
/// <see cref="Forget"/> it first.</para>
/// <para>No peer can reach the memory; it serves as the local buffer of requests only. Registering does not touch the bytes.</para>
/// <para>Thread-safe. A lease of what is registered already allocates nothing. The cache belongs to one context; dispose it before that.</para>
/// </remarks>
public sealed class RegistrationCache : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<object, CachedRegistration> _entries = new(ReferenceEqualityComparer.Instance);
    private readonly RegistrationCacheOptions _options;
    private CachedRegistration? _nothing;
    private CachedRegistration? _newest;
    private CachedRegistration? _oldest;
    private long _bytes;
    private long _hits;
    private long _misses;
    private bool _isDisposed;

    /// <summary>Makes an empty one.</summary>
    /// <param name="context">Whose queues will use the memory.</param>
    /// <param name="options">How much it keeps; <see cref="RegistrationCacheOptions.Default"/> when null.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public RegistrationCache(UrmaContext context, RegistrationCacheOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        _options = options ?? RegistrationCacheOptions.Default;
        _options.Validate();
        Context = context;
    }

    /// <summary>Whose queues use the memory.</summary>
    public UrmaContext Context { get; }

    /// <summary>Arrays and memory managers that are kept registered now, those in use included.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Their bytes.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
            {
                return _bytes;
            }
        }
    }

    /// <summary>Leases of what was registered already.</summary>
    public long Hits
    {
        get
        {
            lock (_lock)
            {
                return _hits;
            }
        }
    }

    /// <summary>Leases for which something had to be registered.</summary>
    public long Misses
    {
        get
        {
            lock (_lock)
            {
                return _misses;
            }
        }
    }

    /// <summary>A piece of memory as a buffer to send from or to receive into.</summary>
    /// <param name="memory">An array's or a memory manager's; may be empty.</param>
    /// <returns>To be disposed when the last request that uses it has completed.</returns>
    /// <exception cref="UrmaException">The memory cannot be registered, for instance because too much is locked already.</exception>
    /// <exception cref="ObjectDisposedException">The cache is disposed.</exception>
    public RegistrationLease Rent(Memory<byte> memory) => Rent((ReadOnlyMemory<byte>)memory);

    /// <summary>A piece of memory as a buffer to send from: posting a read or a receive with it would change what is read-only.</summary>
    /// <inheritdoc cref="Rent(Memory{byte})"/>
    public RegistrationLease Rent(ReadOnlyMemory<byte> memory)
    {
        (object? key, int start, int total) = memory.IsEmpty ? default : Owner(memory);
        CachedRegistration entry = key is null ? TakeNothing() : Take(key, start, memory.Length, total);
        try
        {
            entry.Ensure(Context);
        }
        catch
        {
            GiveUp(entry);
            throw;
        }

        return new RegistrationLease(this, entry, entry.Range(start, memory.Length));
    }

    /// <summary>
    /// Stops keeping the array or memory manager behind a piece: before memory is freed that is not the garbage collector's, or to let an array go.
    /// </summary>
    /// <param name="memory">Any piece of it.</param>
    /// <returns>Whether nothing of it is registered any more; false while leases of it live, with the last of which it goes.</returns>
    public bool Forget(ReadOnlyMemory<byte> memory)
    {
        if (memory.IsEmpty)
        {
            return true;
        }

        CachedRegistration? entry;
        lock (_lock)
        {
            if (!_entries.TryGetValue(Owner(memory).Key, out entry))
            {
                return true;
            }

            Unlink(entry);
            if (entry.Users != 0)
            {
                return false;
            }
        }

        entry.GiveBack();
        return true;
    }

    /// <summary>Ends all registrations that are not in use.</summary>
    public void Trim() => EndIdle(0, 0);

    /// <summary>
    /// Ends the registrations; those that are in use end with their last lease, as the device may be at work there. Idempotent.
    /// </summary>
    public void Dispose()
    {
        CachedRegistration[] entries;
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            entries = [.. _entries.Values];
            foreach (CachedRegistration entry in entries)
            {
                Unlink(entry);
            }

            if (_nothing is { } nothing)
            {
                nothing.Users--;
                entries = [.. entries, nothing];
            }

            entries = [.. entries.Where(static e => e.Users == 0)];
        }

        Array.ForEach(entries, static e => e.GiveBack());
    }

    internal void Return(CachedRegistration entry)
    {
        bool isOver;
        bool isTooMuch;
        lock (_lock)
        {
            if (entry.Users == 0)
            {
                ThrowReturnedTwice();
            }

            entry.Users--;
            isOver = entry.Users == 0 && !entry.IsKept;
            isTooMuch = entry.Users == 0 && IsAbove(_options.MaxBytes, _options.MaxCount);
        }

        if (isOver)
        {
            entry.GiveBack();
        }

        if (isTooMuch)
        {
            EndIdle(_options.MaxBytes, _options.MaxCount);
        }
    }

    private static (object Key, int Start, int Total) Owner(ReadOnlyMemory<byte> memory)
    {
        if (MemoryMarshal.TryGetArray(memory, out ArraySegment<byte> array))
        {
            return (array.Array!, array.Offset, array.Array!.Length);
        }

        if (MemoryMarshal.TryGetMemoryManager(memory, out MemoryManager<byte>? manager, out int start, out _))
        {
            return (manager, start, manager.GetSpan().Length);
        }

        throw new ArgumentException("The memory is neither an array's nor a MemoryManager's: copy it into one that is.", nameof(memory));
    }

    private CachedRegistration Take(object key, int start, int length, int total)
    {
        CachedRegistration? entry;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_entries.TryGetValue(key, out entry))
            {
                entry.Users++;
                _hits++;
                if (entry != _newest)
                {
                    Detach(entry);
                    Attach(entry);
                }

                return entry;
            }

            _misses++;
            if (total > _options.MaxBytes || _options.MaxCount == 0)
            {
                return new CachedRegistration(key, start, length, isKept: false);
            }

            entry = new CachedRegistration(key, 0, total, isKept: true);
            _entries.Add(key, entry);
            _bytes += total;
            Attach(entry);
        }

        EndIdle(_options.MaxBytes, _options.MaxCount);
        return entry;
    }

    // Not every provider takes a buffer of no memory at all. The cache is itself a user.
    private CachedRegistration TakeNothing()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            CachedRegistration nothing = _nothing ??= new CachedRegistration(new byte[1], 0, 1, isKept: false);
            nothing.Users++;
            return nothing;
        }
    }

    // Of an entry that could not be registered. Others that wait for it try themselves, and leave in the same way.
    private void GiveUp(CachedRegistration entry)
    {
        lock (_lock)
        {
            entry.Users--;
            if (entry.Users == 0)
            {
                Unlink(entry);
            }
        }
    }

    // The least recently used first.
    private void EndIdle(long mostBytes, int mostCount)
    {
        while (true)
        {
            CachedRegistration? oldest;
            lock (_lock)
            {
                oldest = IsAbove(mostBytes, mostCount) ? _oldest : null;
                while (oldest is { Users: > 0 })
                {
                    oldest = oldest.Newer;
                }

                if (oldest is null)
                {
                    return;
                }

                Unlink(oldest);
            }

            // Outside: this asks the device.
            oldest.GiveBack();
        }
    }

    private bool IsAbove(long mostBytes, int mostCount) => _bytes > mostBytes || _entries.Count > mostCount;

    private void Unlink(CachedRegistration entry)
    {
        if (entry.IsKept)
        {
            entry.IsKept = false;
            _entries.Remove(entry.Key);
            _bytes -= entry.Length;
            Detach(entry);
        }
    }

    private void Attach(CachedRegistration entry)
    {
        entry.Older = _newest;
        entry.Newer = null;
        _ = _newest is null ? _oldest = entry : _newest.Newer = entry;
        _newest = entry;
    }

    private void Detach(CachedRegistration entry)
    {
        _ = entry.Older is null ? _oldest = entry.Newer : entry.Older.Newer = entry.Newer;
        _ = entry.Newer is null ? _newest = entry.Older : entry.Newer.Older = entry.Older;
    }

    private static void ThrowReturnedTwice() =>
        throw new InvalidOperationException("A lease of registered memory was disposed twice: memory that is in use could lose its registration.");
}
