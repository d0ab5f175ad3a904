namespace Urma.Net.Tests.Diagnostics;

public sealed class LatencyHistogramTests
{
    [Theory]
    [InlineData(-5, 0)]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(1023, 9)]
    [InlineData(1024, 10)]
    [InlineData(long.MaxValue, LatencyHistogram.BucketCount - 1)]
    public void A_time_is_counted_in_the_bucket_of_its_power_of_two(long nanoseconds, int bucket)
    {
        var plain = default(LatencyHistogram);
        var shared = default(LatencyHistogram);
        plain.Record(nanoseconds);
        shared.RecordShared(nanoseconds);

        Assert.Equal(1, plain.Count);
        Assert.Equal(1, plain.Buckets[bucket]);
        Assert.True(plain == shared);
    }

    [Fact]
    public void Percentiles_lie_in_the_bucket_of_their_rank()
    {
        var times = default(LatencyHistogram);
        Assert.Equal(0, times.Percentile(50));
        for (int i = 0; i < 99; i++)
        {
            times.Record(100);
        }

        times.Record(5000);

        Assert.InRange(times.Percentile(50), 64, 128);
        Assert.InRange(times.Percentile(99), 64, 128);
        Assert.InRange(times.Percentile(99.9), 4096, 8192);
        Assert.InRange(times.Percentile(100), 4096, 8192);
        Assert.Equal(149, times.MeanNanoseconds);
        Assert.Throws<ArgumentOutOfRangeException>(() => times.Percentile(double.NaN));
    }

    [Fact]
    public void What_was_added_since_a_snapshot_is_the_difference()
    {
        var times = default(LatencyHistogram);
        times.Record(7);
        LatencyHistogram earlier = times;
        times.Record(900);

        LatencyHistogram since = times.Since(earlier);

        Assert.Equal(1, since.Count);
        Assert.Equal(900, since.TotalNanoseconds);
        Assert.Equal(times, earlier.Plus(since));
        Assert.NotEqual(times, earlier);
    }

    [Fact]
    public void Threads_that_record_at_once_lose_nothing()
    {
        var times = default(LatencyHistogram);
        Parallel.For(0, 4, _ =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                times.RecordShared(3);
            }
        });

        Assert.Equal(40_000, times.Buckets[1]);
        Assert.Equal(120_000, times.TotalNanoseconds);
    }
}
