using Urma.Net.Measurement;

namespace Urma.Net.Tests.Measurement;

public sealed unsafe class YardstickExchangeTests
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Brief = TimeSpan.FromMilliseconds(20);

    [Theory]
    [ClassData(typeof(YardstickPairs))]
    public void Ping_pong_advances_both_words_once_per_round(string initiator, string responder)
    {
        using var words = new SharedWords();
        nint a = words[0], b = words[Yardsticks.LineSpacing];
        long elapsed = 0;

        for (ulong start = 0; start < 600; start += 300)
        {
            ulong now = start;
            DedicatedThread.Run(
                () => elapsed = YardstickPairs.Named(initiator).PingPong((void*)a, (void*)b, now, 300, true, Ample),
                () => YardstickPairs.Named(responder).PingPong((void*)b, (void*)a, now, 300, false, Ample));

            Assert.True(elapsed > 0, "The exchange took no time.");
            Assert.Equal(start + 300, *(ulong*)a);
            Assert.Equal(start + 300, *(ulong*)b);
        }
    }

    [Theory]
    [ClassData(typeof(YardstickPairs))]
    public void Futex_handoff_advances_both_words_once_per_round(string initiator, string responder)
    {
        using var words = new SharedWords();
        nint a = words[0], b = words[Yardsticks.LineSpacing];
        const uint start = uint.MaxValue - 100;
        *(uint*)a = *(uint*)b = start;
        long elapsed = 0;

        DedicatedThread.Run(
            () => elapsed = YardstickPairs.Named(initiator).FutexHandoff((void*)a, (void*)b, start, 300, true, Ample),
            () => YardstickPairs.Named(responder).FutexHandoff((void*)b, (void*)a, start, 300, false, Ample));

        Assert.True(elapsed > 0, "The exchange took no time.");
        Assert.Equal(unchecked(start + 300), *(uint*)a);
        Assert.Equal(unchecked(start + 300), *(uint*)b);
    }

    [Theory]
    [ClassData(typeof(YardstickPairs))]
    public void Ring_delivers_every_byte_both_ways_and_writes_nowhere_else(string initiator, string responder)
    {
        foreach (int payload in new[] { 0, 1, 8, 120, 121, 1024, 5000 })
        {
            foreach (int slots in new[] { 1, 3 })
            {
                ExchangeThroughRing(YardstickPairs.Named(initiator), YardstickPairs.Named(responder), payload, slots);
            }
        }
    }

    [Theory]
    [MemberData(nameof(YardstickPairs.Implementations), MemberType = typeof(YardstickPairs))]
    public void A_silent_peer_ends_the_wait(string implementation)
    {
        Yardsticks yardsticks = YardstickPairs.Named(implementation);
        using var words = new SharedWords();
        nint a = words[0], b = words[Yardsticks.LineSpacing];

        foreach (bool initiator in new[] { true, false })
        {
            words.Bytes.Clear();
            Assert.Throws<TimeoutException>(() => yardsticks.PingPong((void*)a, (void*)b, 0, 10, initiator, Brief));
            words.Bytes.Clear();
            Assert.Throws<TimeoutException>(() => yardsticks.FutexHandoff((void*)a, (void*)b, 0, 10, initiator, Brief));
            words.Bytes.Clear();
            Assert.Throws<TimeoutException>(
                () => yardsticks.Ring((void*)a, (void*)b, (void*)a, (void*)a, 0, 1, 0, 10, initiator, Brief));
        }
    }

    private static void ExchangeThroughRing(Yardsticks initiator, Yardsticks responder, int payload, int slots)
    {
        nuint ring = Yardsticks.RingBytes((nuint)payload, slots);
        using var shared = new SharedWords(2 * ring);
        using var initiatorSource = Filled(payload, 17);
        using var initiatorDestination = Filled(payload, 0);
        using var responderSource = Filled(payload, 91);
        using var responderDestination = Filled(payload, 0);
        nint there = shared[0], back = shared[ring];

        DedicatedThread.Run(
            () => initiator.Ring(
                (void*)there, (void*)back, (void*)initiatorSource[0], (void*)initiatorDestination[0],
                (nuint)payload, slots, 0, 50, true, Ample),
            () => responder.Ring(
                (void*)back, (void*)there, (void*)responderSource[0], (void*)responderDestination[0],
                (nuint)payload, slots, 0, 50, false, Ample));

        Assert.True(initiatorSource.Bytes.SequenceEqual(responderDestination.Bytes), $"{payload} bytes arrived damaged.");
        Assert.True(responderSource.Bytes.SequenceEqual(initiatorDestination.Bytes), $"{payload} bytes came back damaged.");
        shared.AssertGuardIntact();
        initiatorDestination.AssertGuardIntact();
        responderDestination.AssertGuardIntact();
    }

    private static SharedWords Filled(int length, byte seed)
    {
        var memory = new SharedWords((nuint)length);
        for (int i = 0; i < length; i++)
        {
            memory.Bytes[i] = seed == 0 ? (byte)0 : (byte)(seed + (i * 7));
        }

        return memory;
    }
}
