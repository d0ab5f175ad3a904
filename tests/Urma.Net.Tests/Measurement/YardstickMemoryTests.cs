using Urma.Net.Measurement;

namespace Urma.Net.Tests.Measurement;

public sealed unsafe class YardstickMemoryTests
{
    [Theory]
    [MemberData(nameof(YardstickPairs.Implementations), MemberType = typeof(YardstickPairs))]
    public void Copy_copies_the_block_and_nothing_behind_it(string implementation)
    {
        using var source = new SharedWords(10_000);
        using var destination = new SharedWords(10_000);
        Random.Shared.NextBytes(source.Bytes);

        long elapsed = YardstickPairs.Named(implementation).Copy((void*)destination[0], (void*)source[0], 10_000, 3);

        Assert.True(elapsed > 0, "The copy took no time.");
        Assert.True(source.Bytes.SequenceEqual(destination.Bytes));
        destination.AssertGuardIntact();
    }

    [Theory]
    [ClassData(typeof(YardstickPairs))]
    public void Additions_of_two_threads_lose_nothing(string first, string second)
    {
        using var words = new SharedWords();
        nint word = words[0];

        DedicatedThread.Run(
            () => YardstickPairs.Named(first).FetchAdd((void*)word, 3, 100_000),
            () => YardstickPairs.Named(second).FetchAdd((void*)word, 1UL << 32, 100_000));

        Assert.Equal(300_000UL + (100_000UL << 32), *(ulong*)word);
    }

    [Fact]
    public void Ring_slots_hold_sequence_and_payload_in_whole_lines()
    {
        Assert.Equal((nuint)128, Yardsticks.RingBytes(0, 1));
        Assert.Equal((nuint)128, Yardsticks.RingBytes(120, 1));
        Assert.Equal((nuint)256, Yardsticks.RingBytes(121, 1));
        Assert.Equal((nuint)(9 * 128 * 64), Yardsticks.RingBytes(1024, 64));
        Assert.Throws<OverflowException>(() => Yardsticks.RingBytes(nuint.MaxValue - 64, 1));
    }

    [Fact]
    public void Misaligned_or_missing_memory_is_refused_by_name()
    {
        using var words = new SharedWords();
        nint aligned = words[0], odd = words[4];
        TimeSpan limit = TimeSpan.FromSeconds(1);

        var misaligned = Assert.Throws<ArgumentException>(
            () => Yardsticks.Managed.PingPong((void*)aligned, (void*)odd, 0, 1, true, limit));
        Assert.Equal("theirs", misaligned.ParamName);
        var missing = Assert.Throws<ArgumentNullException>(() => Yardsticks.Managed.FetchAdd(null, 1, 1));
        Assert.Equal("target", missing.ParamName);
        Assert.Throws<ArgumentException>(
            () => Yardsticks.Managed.Ring((void*)odd, (void*)aligned, (void*)odd, (void*)odd, 8, 1, 0, 1, true, limit));
    }

    [Fact]
    public void Counts_below_one_are_refused()
    {
        using var words = new SharedWords();
        nint address = words[0];
        TimeSpan limit = TimeSpan.FromSeconds(1);

        Assert.Throws<ArgumentOutOfRangeException>(() => Yardsticks.Managed.FetchAdd((void*)address, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Yardsticks.Managed.Copy((void*)address, (void*)address, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Yardsticks.Managed.PingPong((void*)address, (void*)address, 0, 0, true, limit));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Yardsticks.Managed.FutexHandoff((void*)address, (void*)address, 0, -1, true, limit));
        Assert.Throws<ArgumentOutOfRangeException>(() => Yardsticks.RingBytes(8, 0));
        Assert.Equal(0UL, *(ulong*)address);
    }
}
