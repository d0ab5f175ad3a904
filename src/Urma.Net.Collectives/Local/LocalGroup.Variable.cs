namespace Urma.Net.Collectives.Local;

/// <summary>AllToAllV: everybody tells everybody what it has for whom, then pieces of it go round.</summary>
internal sealed unsafe partial class LocalGroup
{
    private void StagedVariable(in CollectiveCall call)
    {
        uint signature = _signature;
        long element = DataTypes.SizeOf(call.Type);
        VariableCounts counts = call.Counts!;
        long longest = ExchangeCounts(counts, signature);
        long perPiece = LongestPiece(element) / element;
        for (long done = 0; done < longest; done += perPiece)
        {
            uint step = NextStep(LocalLayout.StagingBytes);
            byte* pieces = _own + LocalLayout.Staging(step);
            for (int rank = 0; rank < _size; rank++)
            {
                Move(
                    pieces + (rank * perPiece * element),
                    call.Send + ((counts.SendDisplacements[rank] + done) * element),
                    Piece(counts.SendCounts[rank], done, perPiece) * element);
            }

            Raise(_own + LocalLayout.Flags(step), Flag(step, signature), LocalLayout.StagingBytes);
            AwaitAll(step, signature, pieces, LocalLayout.StagingBytes);
            for (int rank = 0; rank < _size; rank++)
            {
                Move(
                    call.Receive + ((counts.ReceiveDisplacements[rank] + done) * element),
                    (byte*)_sources[rank] + (_rank * perPiece * element),
                    Piece(counts.ReceiveCounts[rank], done, perPiece) * element);
            }

            Complete(step);
        }
    }

    // How much of a block is left, at most a piece.
    private static long Piece(long count, long done, long perPiece) => Math.Clamp(count - done, 0, perPiece);

    // Returns the longest block that anybody has for anybody.
    private long ExchangeCounts(VariableCounts counts, uint signature)
    {
        uint step = NextStep((long)_size * sizeof(long));
        fixed (long* sendCounts = counts.SendCounts)
        {
            Publish(step, signature, (byte*)sendCounts, (long)_size * sizeof(long));
            AwaitAll(step, signature, (byte*)sendCounts, (long)_size * sizeof(long));
            long longest = 0;
            for (int rank = 0; rank < _size; rank++)
            {
                long* theirs = (long*)_sources[rank];
                if (theirs[_rank] != counts.ReceiveCounts[rank])
                {
                    _owner.ThrowMismatch(rank);
                }

                for (int target = 0; target < _size; target++)
                {
                    long count = theirs[target];
                    if (count is < 0 or > VariableCounts.MaxElements)
                    {
                        _owner.ThrowMismatch(rank);
                    }

                    longest = Math.Max(longest, count);
                }
            }

            Complete(step);
            return longest;
        }
    }
}
