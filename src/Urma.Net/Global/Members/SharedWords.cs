using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Urma.Net.Internal;

namespace Urma.Net.Global;

/// <summary>
/// Words that members of something share: through a view where memory is mapped, else by posted operations, each a round trip.
/// Dispose it soon.
/// </summary>
internal ref struct SharedWords
{
    private readonly GlobalMemory? _memory;
    private readonly GlobalAddress _start;
    private readonly long _length;
    private SegmentView _view;

    /// <summary>Words of mapped memory.</summary>
    public SharedWords(SegmentView view)
    {
        _view = view;
    }

    /// <summary>Words of memory that peers reach, or this context reaches, by posted operations.</summary>
    public SharedWords(GlobalMemory memory, GlobalAddress start, long length)
    {
        _memory = memory;
        _start = start;
        _length = length;
    }

    /// <summary>Bytes.</summary>
    public readonly long Length => _memory is null ? _view.Length : _length;

    /// <summary>Loads a word of 8 bytes; later loads and stores stay behind it.</summary>
    /// <exception cref="GlobalMemoryException">It cannot be reached; never where memory is mapped.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly T LoadAcquire<T>(long offset)
        where T : unmanaged => _memory is null ? _view.LoadAcquire<T>(offset) : _memory.Load<T>(At<T>(offset));

    /// <summary>Loads consecutive words, each whole, in no particular order.</summary>
    public readonly void LoadMany(long offset, Span<ulong> words)
    {
        if (_memory is null)
        {
            for (int i = 0; i < words.Length; i++)
            {
                words[i] = _view.LoadAcquire<ulong>(offset + ((long)i * sizeof(ulong)));
            }

            return;
        }

        Check(offset, (long)words.Length * sizeof(ulong));
        _memory.Xcopy(MemoryMarshal.AsBytes(words), _start + offset);
    }

    /// <summary>Stores a word of 8 bytes; earlier loads and stores stay before it.</summary>
    /// <exception cref="GlobalMemoryException">It cannot be reached; never where memory is mapped.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void StoreRelease<T>(long offset, T value)
        where T : unmanaged
    {
        if (_memory is null)
        {
            _view.StoreRelease(offset, value);
        }
        else
        {
            // A plain write need not be one against a device's atomics on the same word: it could come between their halves.
            _ = _memory.Swap(At<T>(offset), value);
        }
    }

    /// <summary>Atomically replaces the word if it equals <paramref name="compare"/>; returns the word before.</summary>
    /// <exception cref="GlobalMemoryException">It cannot be reached; never where memory is mapped.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly T CompareSwap<T>(long offset, T compare, T value)
        where T : unmanaged => _memory is null ? _view.CompareSwap(offset, compare, value) : _memory.CompareSwap(At<T>(offset), compare, value);

    /// <summary>Atomically adds and returns the word before.</summary>
    /// <exception cref="GlobalMemoryException">It cannot be reached; never where memory is mapped.</exception>
    public readonly T FetchAdd<T>(long offset, T value)
        where T : unmanaged => _memory is null ? _view.FetchAdd(offset, value) : _memory.FetchAdd(At<T>(offset), value);

    public void Dispose() => _view.Dispose();

    private readonly unsafe GlobalAddress At<T>(long offset)
        where T : unmanaged
    {
        Check(offset, sizeof(T));
        return _start + offset;
    }

    private readonly void Check(long offset, long length)
    {
        if ((ulong)offset > (ulong)_length || (ulong)length > (ulong)(_length - offset))
        {
            ThrowHelper.OutOfRange(offset, length, _length);
        }
    }
}
