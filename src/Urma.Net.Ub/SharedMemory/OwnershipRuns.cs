namespace Urma.Net.Ub;

/// <summary>A batch of changes in the order of their offsets. Not thread-safe; kept and used again, so that a batch allocates nothing.</summary>
internal sealed class OwnershipRuns
{
    private long[] _offsets = [];
    private int[] _order = [];
    private int _count;

    /// <summary>Takes the changes in; those that cannot be carried out get their result at once.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="results">Their results.</param>
    /// <param name="length">Bytes of the memory.</param>
    /// <param name="granule">What offsets and lengths are multiples of, a power of two.</param>
    public void Set(ReadOnlySpan<UbOwnershipChange> changes, Span<UbOwnershipResult> results, long length, long granule)
    {
        if (_order.Length < changes.Length)
        {
            int size = Math.Max(16, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)changes.Length));
            _offsets = new long[size];
            _order = new int[size];
        }

        _count = 0;
        for (int i = 0; i < changes.Length; i++)
        {
            UbOwnershipChange change = changes[i];
            bool isValid = change.Length > 0 && change.Offset >= 0 && change.Offset <= length - change.Length
                && ((change.Offset | change.Length) & (granule - 1)) == 0 && change.Ownership is >= Ownership.None and <= Ownership.Write;
            results[i] = new UbOwnershipResult(isValid ? UbOwnershipStatus.NotDone : UbOwnershipStatus.Invalid);
            if (isValid)
            {
                _offsets[_count] = change.Offset;
                _order[_count++] = i;
            }
        }

        MemoryExtensions.Sort(_offsets.AsSpan(0, _count), _order.AsSpan(0, _count));
        RefuseContradictions(changes, results);
    }

    /// <summary>The next changes that together are one contiguous range with one wish.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="next">Where to begin: 0 at first; moved behind the run.</param>
    /// <param name="run">The range of all of them.</param>
    /// <returns>Which changes they are; empty at the end.</returns>
    public ReadOnlySpan<int> Next(ReadOnlySpan<UbOwnershipChange> changes, ref int next, out UbOwnershipChange run)
    {
        run = default;
        if (next >= _count)
        {
            return [];
        }

        int first = next;
        run = changes[_order[next++]];
        while (next < _count)
        {
            UbOwnershipChange change = changes[_order[next]];
            if (change.Offset > run.Offset + run.Length || change.Ownership != run.Ownership)
            {
                break;
            }

            run = run with { Length = Math.Max(run.Length, change.Offset + change.Length - run.Offset) };
            next++;
        }

        return _order.AsSpan(first, next - first);
    }

    // Of two ranges that overlap and want different things neither is the first. Sorted by offset, whoever overlaps any earlier
    // range of another wish overlaps the one of that wish that reaches furthest: both are refused, so that no pair is left.
    private void RefuseContradictions(ReadOnlySpan<UbOwnershipChange> changes, Span<UbOwnershipResult> results)
    {
        Span<int> furthest = [-1, -1, -1];
        for (int k = 0; k < _count; k++)
        {
            int i = _order[k];
            UbOwnershipChange change = changes[i];
            for (int wish = 0; wish < furthest.Length; wish++)
            {
                int other = furthest[wish];
                if (wish != (int)change.Ownership && other >= 0 && changes[other].Offset + changes[other].Length > change.Offset)
                {
                    results[i] = results[other] = new UbOwnershipResult(UbOwnershipStatus.Invalid);
                }
            }

            ref int mine = ref furthest[(int)change.Ownership];
            if (mine < 0 || changes[mine].Offset + changes[mine].Length < change.Offset + change.Length)
            {
                mine = i;
            }
        }

        int kept = 0;
        for (int k = 0; k < _count; k++)
        {
            if (results[_order[k]].Status != UbOwnershipStatus.Invalid)
            {
                _order[kept++] = _order[k];
            }
        }

        _count = kept;
    }
}
