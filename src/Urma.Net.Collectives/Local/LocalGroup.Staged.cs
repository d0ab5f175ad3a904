using Urma.Net.Internal;

namespace Urma.Net.Collectives.Local;

/// <summary>Operations whose bytes go through the arenas: copied in by who has them, copied out or reduced by who wants them.</summary>
internal sealed unsafe partial class LocalGroup
{
    // From here on it pays to reduce a share each and gather the shares, where there are more than two ranks.
    private const long SharedReduction = 4 << 10;

    private void RunStaged(in CollectiveCall call)
    {
        switch (call.Kind)
        {
            case CollectiveKind.Barrier:
                Barrier(call);
                break;
            case CollectiveKind.AllReduce:
                StagedAllReduce(call);
                break;
            case CollectiveKind.Reduce:
                StagedReduce(call);
                break;
            case CollectiveKind.Broadcast:
                StagedBroadcast(call);
                break;
            case CollectiveKind.AllGather:
                StagedAllGather(call);
                break;
            case CollectiveKind.Gather:
                StagedGather(call);
                break;
            case CollectiveKind.ReduceScatter:
            case CollectiveKind.AllToAll:
                StagedBlocks(call);
                break;
            case CollectiveKind.Scatter:
                StagedScatter(call);
                break;
            case CollectiveKind.AllToAllV:
                StagedVariable(call);
                break;
            default:
                throw new InvalidOperationException($"{call.Kind} is no collective operation.");
        }
    }

    private void Barrier(in CollectiveCall call)
    {
        uint step = NextStep(0);
        uint signature = _signature;
        Publish(step, signature, null, 0);
        AwaitAll(step, signature, null, 0);
        Complete(step);
    }

    private void StagedAllReduce(in CollectiveCall call)
    {
        uint signature = _signature;
        long element = DataTypes.SizeOf(call.Type);
        long bytes = call.Count * element;
        long at = 0;
        do
        {
            long length = Math.Min(LocalLayout.StagingBytes, bytes - at);
            byte* own = Prepare(call, call.Send + at, length);
            uint step = NextStep(length);
            Publish(step, signature, own, length);
            AwaitAll(step, signature, own, length);
            if (_size > 2 && length >= SharedReduction)
            {
                ReduceShares(call, step, signature, call.Receive + at, length / element);
            }
            else
            {
                Combine(call, call.Receive + at, length / element);
                Complete(step);
            }

            at += length;
        }
        while (at < bytes);
    }

    // Everybody reduces a share of what is staged and publishes it in a second step.
    private void ReduceShares(in CollectiveCall call, uint staged, uint signature, byte* receive, long count)
    {
        long element = DataTypes.SizeOf(call.Type);
        (long first, long shareCount) = Share(count, element, _rank);
        for (int rank = 0; rank < _size; rank++)
        {
            _sources[rank] += (nint)(first * element);
        }

        // In place, the receive buffer is the own source of this share only, so nobody misses what is overwritten.
        Combine(call, receive + (first * element), shareCount);
        Complete(staged);
        uint step = NextStep(shareCount * element);
        Publish(step, signature, receive + (first * element), shareCount * element);
        for (int rank = 0; rank < _size; rank++)
        {
            if (rank != _rank)
            {
                (long theirs, long theirCount) = Share(count, element, rank);
                byte* share = Await(rank, step, signature, theirCount * element);
                CopyKernel.Copy(receive + (theirs * element), share, theirCount * element);
            }
        }

        _allCompleted = step - 1;
        Complete(step);
    }

    private void StagedReduce(in CollectiveCall call)
    {
        uint signature = _signature;
        long element = DataTypes.SizeOf(call.Type);
        long bytes = call.Count * element;
        long at = 0;
        do
        {
            long length = Math.Min(LocalLayout.StagingBytes, bytes - at);
            byte* own = Prepare(call, call.Send + at, length);
            if (_rank == call.Peer)
            {
                uint step = ++_step;
                AwaitAll(step, signature, own, length);
                Combine(call, call.Receive + at, length / element);
                Complete(step);
            }
            else
            {
                uint step = NextStep(length);
                Publish(step, signature, own, length);
                Complete(step);
            }

            at += length;
        }
        while (at < bytes);
    }

    private void StagedBroadcast(in CollectiveCall call)
    {
        uint signature = _signature;
        long bytes = call.Bytes;
        long at = 0;
        do
        {
            long length = Math.Min(LocalLayout.StagingBytes, bytes - at);
            if (_rank == call.Peer)
            {
                uint step = NextStep(length);
                Publish(step, signature, call.Send + at, length);
                Complete(step);
            }
            else
            {
                uint step = ++_step;
                byte* source = Await(call.Peer, step, signature, length);
                Move(call.Receive + at, source, length);
                Complete(step);
            }

            at += length;
        }
        while (at < bytes);

        if (_rank == call.Peer)
        {
            Move(call.Receive, call.Send, bytes);
        }
    }

    private void StagedAllGather(in CollectiveCall call)
    {
        uint signature = _signature;
        long block = call.Bytes;
        long at = 0;
        do
        {
            long length = Math.Min(LocalLayout.StagingBytes, block - at);
            uint step = NextStep(length);
            Publish(step, signature, call.Send + at, length);
            AwaitAll(step, signature, call.Send + at, length);
            TakePieces(call.Receive + at, block, 0, length);
            Complete(step);
            at += length;
        }
        while (at < block);
    }

    private void StagedGather(in CollectiveCall call)
    {
        uint signature = _signature;
        long block = call.Bytes;
        long at = 0;
        do
        {
            long length = Math.Min(LocalLayout.StagingBytes, block - at);
            if (_rank == call.Peer)
            {
                uint step = ++_step;
                AwaitAll(step, signature, call.Send + at, length);
                TakePieces(call.Receive + at, block, 0, length);
                Complete(step);
            }
            else
            {
                uint step = NextStep(length);
                Publish(step, signature, call.Send + at, length);
                Complete(step);
            }

            at += length;
        }
        while (at < block);
    }

    // Everybody has a block for everybody: a step carries a piece of each.
    private void StagedBlocks(in CollectiveCall call)
    {
        uint signature = _signature;
        long element = DataTypes.SizeOf(call.Type);
        long block = call.Bytes;
        long at = 0;
        do
        {
            long length = Math.Min(LongestPiece(element), block - at);
            uint step = NextStep(length * _size);
            byte* own = PublishPieces(call, step, signature, call.Send + at, block, length);
            AwaitAll(step, signature, own, length * _size);
            if (call.Kind == CollectiveKind.ReduceScatter)
            {
                for (int rank = 0; rank < _size; rank++)
                {
                    _sources[rank] += (nint)(_rank * length);
                }

                Combine(call, call.Receive + at, length / element);
            }
            else
            {
                TakePieces(call.Receive + at, block, _rank * length, length);
            }

            Complete(step);
            at += length;
        }
        while (at < block);
    }

    private void StagedScatter(in CollectiveCall call)
    {
        uint signature = _signature;
        long block = call.Bytes;
        long at = 0;
        do
        {
            long length = Math.Min(LongestPiece(1), block - at);
            if (_rank == call.Peer)
            {
                uint step = NextStep(length * _size);
                _ = PublishPieces(call, step, signature, call.Send + at, block, length);
                Move(call.Receive + at, call.Send + (_rank * block) + at, length);
                Complete(step);
            }
            else
            {
                uint step = ++_step;
                byte* pieces = Await(call.Peer, step, signature, length * _size);
                Move(call.Receive + at, pieces + (_rank * length), length);
                Complete(step);
            }

            at += length;
        }
        while (at < block);
    }

    // A piece of each block, one behind the other, so that it fits into a step with those for the others.
    private long LongestPiece(long element) => Math.Max(1, LocalLayout.StagingBytes / _size / Math.Max(element, 64)) * Math.Max(element, 64);

    // Returns where the own pieces lie, so that an operation in place may overwrite what they were copied from.
    private byte* PublishPieces(in CollectiveCall call, uint step, uint signature, byte* source, long block, long length)
    {
        byte* line = _own + LocalLayout.Flags(step);
        bool isInline = length * _size <= LocalLayout.InlineBytes;
        byte* pieces = isInline ? line + sizeof(ulong) : _own + LocalLayout.Staging(step);
        if (IsScaled(call))
        {
            for (int rank = 0; rank < _size; rank++)
            {
                Scale(call, pieces + (rank * length), source + (rank * block), length);
            }
        }
        else if (length == block)
        {
            Move(pieces, source, length * _size);
        }
        else
        {
            for (int rank = 0; rank < _size; rank++)
            {
                Move(pieces + (rank * length), source + (rank * block), length);
            }
        }

        Raise(line, Flag(step, signature), length * _size);
        return pieces;
    }

    // A piece of what each rank published, each to its rank's block.
    private void TakePieces(byte* receive, long block, long offset, long length)
    {
        for (int rank = 0; rank < _size; rank++)
        {
            Move(receive + (rank * block), (byte*)_sources[rank] + offset, length);
        }
    }

    private static void Move(byte* destination, byte* source, long length)
    {
        if (destination == source || length == 0)
        {
            return;
        }

        CopyKernel.Copy(destination, source, length);
    }
}
