using System.Buffers;
using System.Runtime.InteropServices;

namespace Urma.Net;

/// <summary>An array or memory manager that is pinned and registered. The cache's lock guards everything but the registration itself.</summary>
/// <param name="key">The array or memory manager.</param>
/// <param name="start">The first byte that is registered.</param>
/// <param name="length">How many.</param>
/// <param name="isKept">Whether others may find it.</param>
internal sealed unsafe class CachedRegistration(object key, int start, int length, bool isKept)
{
    // Nobody but this process uses it, and its pages are the garbage collector's, too: they must not be replaced.
    private static readonly SegmentOptions Options = new() { Access = SegmentAccess.LocalOnly, NeverAdopt = true };

    private readonly Lock _lock = new();
    private MemoryHandle _pin;
    private GCHandle _handle;
    private volatile Segment? _segment;
    private bool _isGivenBack;

    public object Key { get; } = key;

    public int Start { get; } = start;

    public int Length { get; } = length;

    /// <summary>Whether it is in the cache; else it goes with its last lease.</summary>
    public bool IsKept { get; set; } = isKept;

    /// <summary>Leases of it.</summary>
    public int Users { get; set; } = 1;

    /// <summary>The one used next after it, and the one used last before it; null at the ends.</summary>
    public CachedRegistration? Newer { get; set; }

    public CachedRegistration? Older { get; set; }

    /// <summary>A piece as a buffer.</summary>
    /// <param name="offset">Bytes from the start of the array or memory manager.</param>
    /// <param name="count">How many.</param>
    public SegmentRange Range(int offset, int count) => _segment!.Range(offset - Start, count);

    /// <summary>Registers it, unless that is done.</summary>
    /// <exception cref="UrmaException">The device refuses.</exception>
    public void Ensure(UrmaContext context)
    {
        if (_segment is not null)
        {
            return;
        }

        lock (_lock)
        {
            if (_segment is null)
            {
                byte* address = Pin();
                try
                {
                    _segment = context.RegisterSegment(address, Length, Options);
                }
                catch
                {
                    Unpin();
                    throw;
                }
            }
        }
    }

    /// <summary>Ends the registration, then lets the memory move and go.</summary>
    public void GiveBack()
    {
        lock (_lock)
        {
            if (_isGivenBack || _segment is null)
            {
                return;
            }

            _isGivenBack = true;
            _segment.Dispose();
            Unpin();
        }
    }

    private byte* Pin()
    {
        if (Key is MemoryManager<byte> manager)
        {
            _pin = manager.Pin(Start);
            return (byte*)_pin.Pointer;
        }

        _handle = GCHandle.Alloc(Key, GCHandleType.Pinned);
        return (byte*)_handle.AddrOfPinnedObject() + Start;
    }

    private void Unpin()
    {
        _pin.Dispose();
        if (_handle.IsAllocated)
        {
            _handle.Free();
        }
    }
}
