using System.Numerics;
using Urma.Net.Internal;

namespace Urma.Net.Global;

/// <summary>
/// Hands out pieces of a range of offsets: blocks of a power of two, at multiples of their size, halved on demand and joined again with
/// their other half as soon as both are free. What it knows lies in private memory, apart from the range.
/// </summary>
/// <remarks>
/// A block is less than twice what was asked for, or <see cref="MinBlock"/>. A block of a size can be had exactly when a whole range of that size,
/// at a multiple of it, is free; so it can be had for certain while the live blocks, each counted as one such range or as
/// many as it spans, are fewer than the ranges there are. Thread-safe; does not allocate managed memory.
/// </remarks>
internal sealed unsafe class BuddyAllocator : IDisposable
{
    /// <summary>The smallest block in bytes.</summary>
    public const long MinBlock = 1 << MinOrder;

    private const int MinOrder = 6;
    private const int MaxOrder = 40;
    private const byte IsFree = 0x40;
    private const byte IsLive = 0x80;
    private const uint None = uint.MaxValue;

    private readonly Lock _lock = new();
    private readonly long _start;
    private readonly long _end;
    private readonly long _tableLength;
    private readonly uint[] _heads = new uint[MaxOrder + 1];
    private ulong _available;
    private byte* _states;
    private uint* _links;

    /// <summary>Makes one over a range in which everything is free.</summary>
    /// <param name="start">First offset, a multiple of <see cref="MinBlock"/>.</param>
    /// <param name="end">One past the last; bytes past the last whole block are not used. At most 128 GiB.</param>
    public BuddyAllocator(long start, long end)
    {
        _start = start;
        _end = end & ~(MinBlock - 1);
        _tableLength = Math.Max(1, (_end - _start) >> MinOrder);
        _states = (byte*)SparseMemory.Allocate(_tableLength);
        try
        {
            _links = (uint*)SparseMemory.Allocate(_tableLength * 2 * sizeof(uint));
        }
        catch
        {
            SparseMemory.Free(_states, _tableLength);
            throw;
        }

        Array.Fill(_heads, None);
        for (long offset = _start; offset < _end;)
        {
            int order = Math.Min(offset == 0 ? MaxOrder : BitOperations.TrailingZeroCount(offset), BitOperations.Log2((ulong)(_end - offset)));
            Add(offset, order);
            offset += 1L << order;
        }
    }

    /// <summary>Bytes of live blocks.</summary>
    public long Used { get; private set; }

    /// <summary>How large a block serves a request.</summary>
    public static long BlockFor(long length, long alignment) => 1L << OrderFor(length, alignment);

    /// <summary>Takes a block.</summary>
    /// <param name="length">Bytes, 0 or more.</param>
    /// <param name="alignment">A power of two.</param>
    /// <returns>Its offset, a multiple of the alignment; −1 where there is none.</returns>
    public long Allocate(long length, long alignment)
    {
        int order = OrderFor(length, alignment);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_states == null, this);
            ulong fitting = order > MaxOrder ? 0 : _available & (ulong.MaxValue << order);
            if (fitting == 0)
            {
                return -1;
            }

            int found = BitOperations.TrailingZeroCount(fitting);
            long offset = OffsetOf(_heads[found]);
            Remove(offset, found);
            while (found > order)
            {
                found--;
                Add(offset + (1L << found), found);
            }

            State(offset) = (byte)(IsLive | order);
            Used += 1L << order;
            return offset;
        }
    }

    /// <summary>Gives a block back; false where none that is live begins there, as after a double free.</summary>
    public bool TryFree(long offset)
    {
        if (offset < _start || offset >= _end || (offset & (MinBlock - 1)) != 0)
        {
            return false;
        }

        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_states == null, this);
            byte state = State(offset);
            if ((state & IsLive) == 0)
            {
                return false;
            }

            int order = state & ~IsLive;
            Used -= 1L << order;
            State(offset) = 0;
            while (order < MaxOrder)
            {
                long other = offset ^ (1L << order);
                if (other < _start || other + (1L << order) > _end || State(other) != (IsFree | order))
                {
                    break;
                }

                Remove(other, order);
                offset = Math.Min(offset, other);
                order++;
            }

            Add(offset, order);
            return true;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_states != null)
            {
                SparseMemory.Free(_states, _tableLength);
                SparseMemory.Free(_links, _tableLength * 2 * sizeof(uint));
                _states = null;
                _links = null;
            }
        }
    }

    private static int OrderFor(long length, long alignment) =>
        BitOperations.Log2(BitOperations.RoundUpToPowerOf2((ulong)Math.Max(MinBlock, Math.Max(length, alignment))));

    private ref byte State(long offset) => ref _states[(offset - _start) >> MinOrder];

    private ref uint NextOf(uint block) => ref _links[2L * block];

    private ref uint PreviousOf(uint block) => ref _links[(2L * block) + 1];

    private uint BlockOf(long offset) => (uint)((offset - _start) >> MinOrder);

    private long OffsetOf(uint block) => _start + ((long)block << MinOrder);

    private void Add(long offset, int order)
    {
        uint block = BlockOf(offset);
        uint head = _heads[order];
        NextOf(block) = head;
        PreviousOf(block) = None;
        if (head != None)
        {
            PreviousOf(head) = block;
        }

        _heads[order] = block;
        _available |= 1UL << order;
        State(offset) = (byte)(IsFree | order);
    }

    private void Remove(long offset, int order)
    {
        uint block = BlockOf(offset);
        uint next = NextOf(block);
        uint previous = PreviousOf(block);
        if (next != None)
        {
            PreviousOf(next) = previous;
        }

        if (previous != None)
        {
            NextOf(previous) = next;
        }
        else
        {
            _heads[order] = next;
            if (next == None)
            {
                _available &= ~(1UL << order);
            }
        }

        State(offset) = 0;
    }
}
