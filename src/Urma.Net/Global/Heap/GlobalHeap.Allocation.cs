using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Urma.Net.Global;

namespace Urma.Net;

/// <content>Allocation in this rank's slice. What is known about it lies in private memory, where no peer's store can reach it.</content>
public sealed unsafe partial class GlobalHeap
{
    private enum SymmetricCall : uint
    {
        Allocate = 1,
        Free = 2,
    }

    /// <summary>Bytes of this rank's slice that are allocated, in blocks.</summary>
    public long AllocatedBytes => _local.Used + _symmetric.Used;

    /// <summary>Allocates in this rank's slice. The contents are those of whatever was there before; at first, zeros.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="count">Elements, 0 or more.</param>
    /// <param name="alignment">A power of two up to 2 MiB; 64 at least.</param>
    /// <returns>A pointer that every rank may follow. Only this rank may <see cref="Free"/> it.</returns>
    /// <remarks>
    /// A block takes a power of two, at most twice what was asked for. It can be had as long as the live blocks, each counted as one or as
    /// the number of its sizes it spans, are fewer than the ranges of its size the slice has room for.
    /// </remarks>
    /// <exception cref="UrmaException"><see cref="UrmaStatus.OutOfMemory"/>: no block of that size is free.</exception>
    public GlobalPointer<T> Allocate<T>(long count = 1, int alignment = 64)
        where T : unmanaged
    {
        long length = LengthOf<T>(count, alignment);
        long offset = _local.Allocate(length, alignment);
        if (offset < 0)
        {
            ThrowFull(length, alignment, _local.Used, SliceLength - _shape.SymmetricLength, "local");
        }

        return At<T>(Rank, offset, length);
    }

    /// <summary>
    /// Allocates at the same offset in every rank: collective, without waiting. All ranks make their symmetric calls, freeing included, in
    /// the same order.
    /// </summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="count">Elements, 0 or more.</param>
    /// <param name="alignment">A power of two up to 2 MiB; 64 at least.</param>
    /// <returns>The pointer into this rank's slice; <see cref="At{T}(int, long)"/> with its offset leads to the other ranks'. They may not have
    /// allocated yet: a <see cref="Barrier"/> tells.</returns>
    /// <exception cref="UrmaException">
    /// <see cref="UrmaStatus.OutOfMemory"/>: the symmetric part is full, in all ranks. <see cref="UrmaStatus.InvalidArgument"/>: another rank did something
    /// else as the same call; the message names it. The later one notices, where they are less than 64 calls apart.
    /// </exception>
    public GlobalPointer<T> AllocateSymmetric<T>(long count = 1, int alignment = 64)
        where T : unmanaged
    {
        long length = LengthOf<T>(count, alignment);
        lock (_symmetricLock)
        {
            Compare(SymmetricCall.Allocate, length, alignment);
            long offset = _symmetric.Allocate(length, alignment);
            if (offset < 0)
            {
                ThrowFull(length, alignment, _symmetric.Used, _shape.SymmetricLength, "symmetric");
            }

            return At<T>(Rank, offset, length);
        }
    }

    /// <summary>Gives an allocation of this rank back; for a symmetric one a symmetric call.</summary>
    /// <typeparam name="T">The element type.</typeparam>
    /// <param name="pointer">What an allocation returned; null does nothing.</param>
    /// <exception cref="ArgumentException">It points into another rank's slice, or not into the heap.</exception>
    /// <exception cref="InvalidOperationException">No live allocation begins there: it was freed before, or never returned.</exception>
    public void Free<T>(GlobalPointer<T> pointer)
        where T : unmanaged
    {
        ThrowIfClosed();
        if (pointer.IsNull)
        {
            return;
        }

        int owner = RankOf(pointer.Address);
        if (owner != Rank)
        {
            throw new ArgumentException($"{pointer} points into the slice of rank {owner}: only that rank can free it.", nameof(pointer));
        }

        long offset = OffsetOf(pointer.Address);
        bool freed;
        if (offset >= _shape.SymmetricLength)
        {
            freed = _local.TryFree(offset);
        }
        else
        {
            lock (_symmetricLock)
            {
                Compare(SymmetricCall.Free, offset, 0);
                freed = _symmetric.TryFree(offset);
            }
        }

        if (!freed)
        {
            throw new InvalidOperationException($"No allocation of rank {Rank} begins at {pointer}: it was freed already, or no allocation returned it.");
        }
    }

    private long LengthOf<T>(long count, int alignment)
        where T : unmanaged
    {
        ThrowIfClosed();
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (!BitOperations.IsPow2(alignment) || alignment > HeapShape.MaxAlignment)
        {
            throw new ArgumentOutOfRangeException(nameof(alignment), alignment, $"An alignment is a power of two up to {HeapShape.MaxAlignment}.");
        }

        long length = count > long.MaxValue / sizeof(T) ? long.MaxValue : count * sizeof(T);
        return length <= SliceLength
            ? length
            : throw new UrmaException(UrmaStatus.OutOfMemory, $"{count} elements of {sizeof(T)} bytes do not fit into a slice of {SliceLength} bytes.");
    }

    private GlobalPointer<T> At<T>(int rank, long offset, long length)
        where T : unmanaged
    {
        System.Diagnostics.Debug.Assert(offset + length <= SliceLength, "A block lies in the slice.");
        return new GlobalPointer<T>((nint)(Base + (rank * _shape.Stride) + offset));
    }

    private void Compare(SymmetricCall call, long first, long second)
    {
        EnterBoard();
        try
        {
            CompareWithOthers(call, first, second);
        }
        finally
        {
            ExitBoard();
        }
    }

    private void CompareWithOthers(SymmetricCall call, long first, long second)
    {
        _symmetricCalls++;
        _symmetricHash = (uint)HashCode32(HashCode32(HashCode32(_symmetricHash, (ulong)call), (ulong)first), (ulong)second);
        if (_board!.IsGone)
        {
            return;
        }

        ulong mine = ((ulong)_symmetricCalls << 32) | _symmetricHash;
        Volatile.Write(ref _board.LogOf(Rank, _symmetricCalls), mine);
        Interlocked.MemoryBarrier();
        for (int rank = 0; rank < Size; rank++)
        {
            ulong theirs = Volatile.Read(ref _board.LogOf(rank, _symmetricCalls));
            if (theirs >> 32 == _symmetricCalls && theirs != mine)
            {
                throw new UrmaException(
                    UrmaStatus.InvalidArgument,
                    $"The symmetric call number {_symmetricCalls} of rank {rank}, or one before it, is not what rank {Rank} did ({call} {first}): all ranks must "
                    + "make the same symmetric calls in the same order.");
            }
        }
    }

    // Not HashCode, which differs from process to process.
    private static ulong HashCode32(ulong hash, ulong value)
    {
        ulong mixed = (hash ^ value) * 0x9E37_79B9_7F4A_7C15;
        return (mixed ^ (mixed >> 32)) & uint.MaxValue;
    }

    [DoesNotReturn]
    private static void ThrowFull(long length, int alignment, long used, long capacity, string part) => throw new UrmaException(
        UrmaStatus.OutOfMemory,
        $"No block of {BuddyAllocator.BlockFor(length, alignment)} bytes is free in the {part} part of the slice, of which {used} of {capacity} bytes are allocated: "
        + "free something, or join with a longer slice.");
}
