using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Urma.Net;

/// <summary>
/// How long something took, many times: counts in buckets. Times below 16 ns have a bucket each; above, every power of two has eight, so a
/// bucket is at most an eighth as wide as its shortest time, and what is read out of it (<see cref="Percentile"/>) is off by at most 12.5 %.
/// The last bucket holds everything longer, too (17 minutes and more).
/// </summary>
/// <remarks>
/// A value of <see cref="BucketCount"/> + 1 numbers: copying it is a snapshot, and no call allocates. One thread records at a time, with
/// plain additions, or all use <see cref="RecordShared"/>; anybody may copy meanwhile and misses at most the times being recorded.
/// </remarks>
public struct LatencyHistogram : IEquatable<LatencyHistogram>
{
    /// <summary>How many buckets there are.</summary>
    public const int BucketCount = 304;

    // Each power of two has 2^3 buckets.
    private const int SubBits = 3;

    private Counts _counts;
    private long _nanoseconds;

    /// <summary>The counts, from the shortest times to the longest; <see cref="BucketCount"/> of them. A view of this very value.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<long> Buckets => _counts;

    /// <summary>All times recorded together, in nanoseconds.</summary>
    public readonly long TotalNanoseconds => _nanoseconds;

    /// <summary>How many times were recorded.</summary>
    public readonly long Count
    {
        get
        {
            long count = 0;
            foreach (long bucket in Buckets)
            {
                count += bucket;
            }

            return count;
        }
    }

    /// <summary>The mean in nanoseconds, exact; 0 where nothing was recorded.</summary>
    public readonly double MeanNanoseconds => Count is > 0 and long count ? (double)_nanoseconds / count : 0;

    /// <summary>The shortest time that a bucket holds, in nanoseconds.</summary>
    /// <param name="bucket">0 to <see cref="BucketCount"/> − 1.</param>
    public static long LowerBound(int bucket)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bucket);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(bucket, BucketCount);
        int exponent = (bucket >> SubBits) - 1;
        return exponent < 0 ? bucket : (long)((1 << SubBits) | (bucket & ((1 << SubBits) - 1))) << exponent;
    }

    /// <summary>Counts one time. One thread at a time.</summary>
    /// <param name="nanoseconds">The time; a negative one counts as 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Record(long nanoseconds)
    {
        nanoseconds = Math.Max(nanoseconds, 0);
        _counts[BucketOf(nanoseconds)]++;
        _nanoseconds += nanoseconds;
    }

    /// <summary>As <see cref="Record"/>, by several threads at a time: two atomic additions.</summary>
    /// <param name="nanoseconds">The time; a negative one counts as 0.</param>
    public void RecordShared(long nanoseconds)
    {
        nanoseconds = Math.Max(nanoseconds, 0);
        Interlocked.Increment(ref _counts[BucketOf(nanoseconds)]);
        Interlocked.Add(ref _nanoseconds, nanoseconds);
    }

    /// <summary>
    /// The time that this part of all recorded times did not exceed, in nanoseconds: right to the bucket, so within 12.5 % or 1 ns, and inside
    /// the bucket by even distribution. 0 where nothing was recorded.
    /// </summary>
    /// <param name="percent">0 to 100; 50 is the median.</param>
    public readonly double Percentile(double percent)
    {
        if (!(percent is >= 0 and <= 100))
        {
            throw new ArgumentOutOfRangeException(nameof(percent), percent, "A percentile lies between 0 and 100.");
        }

        double rank = Count * percent / 100;
        double before = 0;
        double last = 0;
        for (int i = 0; i < BucketCount; i++)
        {
            long count = _counts[i];
            if (count == 0)
            {
                continue;
            }

            double low = LowerBound(i);
            double high = i + 1 < BucketCount ? LowerBound(i + 1) : 1L << 40;
            if (before + count >= rank)
            {
                return low + ((high - low) * Math.Max(0, rank - before) / count);
            }

            before += count;
            last = high;
        }

        return last;
    }

    /// <summary>Both together.</summary>
    /// <param name="other">Another histogram.</param>
    public readonly LatencyHistogram Plus(in LatencyHistogram other) => Combine(other, 1);

    /// <summary>What was recorded since an earlier snapshot of the same histogram.</summary>
    /// <param name="earlier">The earlier snapshot.</param>
    public readonly LatencyHistogram Since(in LatencyHistogram earlier) => Combine(earlier, -1);

    /// <inheritdoc/>
    public readonly bool Equals(LatencyHistogram other) => _nanoseconds == other._nanoseconds && Buckets.SequenceEqual(other.Buckets);

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is LatencyHistogram other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => HashCode.Combine(Count, _nanoseconds);

    /// <summary>Whether both hold the same counts and the same total.</summary>
    public static bool operator ==(in LatencyHistogram left, in LatencyHistogram right) => left.Equals(right);

    /// <summary>Whether a count or the total differs.</summary>
    public static bool operator !=(in LatencyHistogram left, in LatencyHistogram right) => !left.Equals(right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int BucketOf(long nanoseconds)
    {
        int shift = Math.Max(BitOperations.Log2((ulong)nanoseconds) - SubBits, 0);
        return (int)Math.Min((shift << SubBits) + (nanoseconds >> shift), BucketCount - 1);
    }

    private readonly LatencyHistogram Combine(in LatencyHistogram other, int sign)
    {
        LatencyHistogram result = this;
        for (int i = 0; i < BucketCount; i++)
        {
            result._counts[i] += sign * other._counts[i];
        }

        result._nanoseconds += sign * other._nanoseconds;
        return result;
    }

    [InlineArray(BucketCount)]
    private struct Counts
    {
        private long _first;
    }
}
