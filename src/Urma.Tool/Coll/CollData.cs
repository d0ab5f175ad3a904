namespace Urma.Net.Tool.Coll;

/// <summary>Fills send buffers and counts the elements of receive buffers that are not what they must be.</summary>
internal static unsafe class CollData
{
    private const byte Garbage = 0xA5;

    /// <summary>Writes a rank's elements.</summary>
    /// <param name="values">Where they come from.</param>
    /// <param name="rank">Whose they are.</param>
    /// <param name="at">Where they go.</param>
    /// <param name="count">How many.</param>
    public static void Fill(CollValues values, int rank, nint at, long count)
    {
        ReadOnlySpan<byte> period = values.OfRank(rank);
        long bytes = count * values.ElementSize;
        for (long done = 0; done < bytes; done += period.Length)
        {
            int piece = (int)Math.Min(period.Length, bytes - done);
            period[..piece].CopyTo(new Span<byte>((byte*)at + done, piece));
        }
    }

    /// <summary>Writes what no result is.</summary>
    public static void Spoil(nint at, long bytes)
    {
        for (long done = 0; done < bytes; done += int.MaxValue)
        {
            new Span<byte>((byte*)at + done, (int)Math.Min(int.MaxValue, bytes - done)).Fill(Garbage);
        }
    }

    /// <summary>Compares a rank's result.</summary>
    /// <param name="values">The elements and their reduction.</param>
    /// <param name="shape">What was carried out.</param>
    /// <param name="rank">The rank.</param>
    /// <param name="received">Its receive buffer.</param>
    /// <returns>How many elements are wrong.</returns>
    public static long CountWrong(CollValues values, in CollShape shape, int rank, nint received)
    {
        long count = shape.Count;
        switch (shape.Operation)
        {
            case CollOperation.Barrier:
            case CollOperation.Reduce or CollOperation.Gather when rank != shape.Root:
                return 0;
            case CollOperation.AllReduce or CollOperation.Reduce:
                return CountWrong(values.Reduced, values.ElementSize, 0, received, count);
            case CollOperation.ReduceScatter:
                return CountWrong(values.Reduced, values.ElementSize, rank * count, received, count);
            case CollOperation.Broadcast:
                return CountWrong(values.OfRank(shape.Root), values.ElementSize, 0, received, count);
            case CollOperation.Scatter:
                return CountWrong(values.OfRank(shape.Root), values.ElementSize, rank * count, received, count);
            case CollOperation.SendReceive:
                return CountWrong(values.OfRank((rank + shape.Ranks - 1) % shape.Ranks), values.ElementSize, 0, received, count);
            default:
                long first = shape.Operation is CollOperation.AllGather or CollOperation.Gather ? 0 : rank * count;
                long wrong = 0;
                for (int from = 0; from < shape.Ranks; from++)
                {
                    wrong += CountWrong(values.OfRank(from), values.ElementSize, first, received + (nint)(from * shape.Bytes), count);
                }

                return wrong;
        }
    }

    // Whole periods are compared as memory; elements only where they differ.
    private static long CountWrong(ReadOnlySpan<byte> period, int element, long first, nint at, long count)
    {
        long wrong = 0;
        byte* next = (byte*)at;
        int begin = (int)(first % CollValues.Period) * element;
        for (long left = count * element; left > 0;)
        {
            int piece = (int)Math.Min(period.Length - begin, left);
            ReadOnlySpan<byte> expected = period.Slice(begin, piece), actual = new(next, piece);
            if (!expected.SequenceEqual(actual))
            {
                for (int i = 0; i < piece; i += element)
                {
                    wrong += expected.Slice(i, element).SequenceEqual(actual.Slice(i, element)) ? 0 : 1;
                }
            }

            next += piece;
            left -= piece;
            begin = 0;
        }

        return wrong;
    }
}
