using Urma.Net.Providers.Loopback;

namespace Urma.Net.Loopback.Tests;

/// <summary>Sources that were armed because the poller slept.</summary>
public sealed unsafe class SleepingSourceTests() : ConformanceSuite(new LoopbackHarness())
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    [Fact]
    public void A_source_that_brings_one_completion_between_two_sleeps_stays_armed()
    {
        using LoopbackJfc jfc = NewJfc(out PrivateRing ring);
        for (ulong round = 0; round < 10; round++)
        {
            Assert.False(jfc.WaitUntilReady(Moment));
            Push(ring, round);
            Assert.Equal(round, jfc.NextSuccess().UserContext);
            Assert.Equal(1u, *ring.Armed);
        }

        jfc.Dispose();
        ring.Free();
    }

    [Fact]
    public void A_source_that_brings_more_is_looked_at_directly_until_the_next_sleep()
    {
        using LoopbackJfc jfc = NewJfc(out PrivateRing ring);
        for (ulong round = 0; round < 10; round++)
        {
            Assert.False(jfc.WaitUntilReady(Moment));
            Assert.Equal(1u, *ring.Armed);
            for (ulong part = 0; part < 3; part++)
            {
                Push(ring, (round * 3) + part);
                Assert.Equal((round * 3) + part, jfc.NextSuccess().UserContext);
            }

            Assert.Equal(0u, *ring.Armed);
        }

        jfc.Dispose();
        ring.Free();
    }

    [Fact]
    public void What_a_look_finds_in_an_armed_source_is_there_for_the_next_look_and_the_poll()
    {
        using LoopbackJfc jfc = NewJfc(out PrivateRing ring);
        for (ulong round = 0; round < 10; round++)
        {
            Assert.False(jfc.WaitUntilReady(Moment));
            Push(ring, round);
            Assert.True(jfc.WaitUntilReady(TimeSpan.Zero));
            Assert.True(jfc.WaitUntilReady(TimeSpan.Zero));
            Assert.Equal(round, Assert.Single(jfc.Take(1)).UserContext);
            Assert.False(jfc.WaitUntilReady(TimeSpan.Zero));
        }

        jfc.Dispose();
        ring.Free();
    }

    private LoopbackJfc NewJfc(out PrivateRing ring)
    {
        var jfc = (LoopbackJfc)Own(Open().CreateJfc(new JfcOptions()));
        ring = new PrivateRing(8, jfc.Doorbell, onDetached: null);
        jfc.Attach(ring);
        return jfc;
    }

    private static void Push(PrivateRing ring, ulong number) =>
        ring.Push(number, 0, CompletionStatus.Success, CompletionFlags.None, (byte)Opcode.Nop);
}
