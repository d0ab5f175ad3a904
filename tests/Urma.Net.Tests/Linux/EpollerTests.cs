using Urma.Net.Internal;

namespace Urma.Net.Tests.Linux;

public sealed class EpollerTests
{
    private const int Long = 20_000;
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(Long);

    [Fact]
    public void Ready_descriptors_are_reported_by_token_until_read()
    {
        using var epoller = new Epoller();
        (UnixChannel a, UnixChannel b) = UnixChannel.CreatePair();
        using (a)
        using (b)
        {
            Span<ulong> ready = stackalloc ulong[8];
            epoller.Add(a.Descriptor, 0x1122_3344_5566_7788);
            epoller.Add(b.Descriptor, 2);
            Assert.Equal(0, epoller.Wait(ready, 0));

            b.Send([1], [], Soon);
            for (int i = 0; i < 2; i++)
            {
                Assert.Equal(1, epoller.Wait(ready, Long));
                Assert.Equal(0x1122_3344_5566_7788ul, ready[0]);
            }

            Assert.Equal(ChannelResult.Done, a.TryReceive(new byte[4], [], out _, out _));
            Assert.Equal(0, epoller.Wait(ready, 0));
        }
    }

    [Fact]
    public void More_ready_descriptors_than_room_are_all_reported_in_turn()
    {
        using var epoller = new Epoller();
        var pairs = new List<(UnixChannel First, UnixChannel Second)>();
        try
        {
            for (int i = 0; i < 100; i++)
            {
                pairs.Add(UnixChannel.CreatePair());
                epoller.Add(pairs[i].First.Descriptor, (ulong)i);
                pairs[i].Second.Send([1], [], Soon);
            }

            var seen = new HashSet<ulong>();
            ulong[] ready = new ulong[3];
            for (int round = 0; round < 1000 && seen.Count < 100; round++)
            {
                seen.UnionWith(ready[..epoller.Wait(ready, Long)]);
            }

            Assert.Equal(100, seen.Count);
        }
        finally
        {
            foreach ((UnixChannel first, UnixChannel second) in pairs)
            {
                first.Dispose();
                second.Dispose();
            }
        }
    }

    [Fact]
    public void A_wake_up_ends_the_wait_once()
    {
        using var epoller = new Epoller();
        int count = -1;
        bool woken = false;
        var waiter = new Thread(() => count = epoller.Wait(new ulong[4], Long, out woken));
        waiter.Start();
        epoller.Wake();

        Assert.True(waiter.Join(Soon));
        Assert.Equal(0, count);
        Assert.True(woken);

        Assert.Equal(0, epoller.Wait(new ulong[4], 0, out woken));
        Assert.False(woken);
    }

    [Fact]
    public void A_wake_up_is_noticed_beside_busy_descriptors_and_without_room()
    {
        using var epoller = new Epoller();
        (UnixChannel a, UnixChannel b) = UnixChannel.CreatePair();
        using (a)
        using (b)
        {
            epoller.Add(a.Descriptor, 1, alsoWritable: true);
            epoller.Add(b.Descriptor, 2, alsoWritable: true);
            epoller.Wake();
            bool woken = false;
            for (int i = 0; i < 10 && !woken; i++)
            {
                epoller.Wait(new ulong[1], Long, out woken);
            }

            Assert.True(woken);
            epoller.Wake();
            for (int i = 0; i < 10; i++)
            {
                epoller.Wait([], Long, out woken);
                if (woken)
                {
                    return;
                }
            }

            Assert.Fail("The wake-up was never reported.");
        }
    }

    [Fact]
    public void Hang_ups_are_reported()
    {
        using var epoller = new Epoller();
        (UnixChannel a, UnixChannel b) = UnixChannel.CreatePair();
        using (a)
        {
            epoller.Add(a.Descriptor, 7);
            b.Dispose();
            ulong[] ready = new ulong[4];

            Assert.Equal(1, epoller.Wait(ready, Long));
            Assert.Equal(7ul, ready[0]);
        }
    }

    [Fact]
    public void Interest_can_be_changed_and_removed()
    {
        using var epoller = new Epoller();
        (UnixChannel a, UnixChannel b) = UnixChannel.CreatePair();
        using (a)
        using (b)
        {
            ulong[] ready = new ulong[4];
            epoller.Add(a.Descriptor, 1);
            Assert.Equal(0, epoller.Wait(ready, 0));
            epoller.Modify(a.Descriptor, 3, alsoWritable: true);
            Assert.Equal(1, epoller.Wait(ready, Long));
            Assert.Equal(3ul, ready[0]);
            epoller.Remove(a.Descriptor);
            epoller.Remove(a.Descriptor);
            Assert.Equal(0, epoller.Wait(ready, 0));
        }
    }

    [Fact]
    public void Mistakes_are_reported()
    {
        using var epoller = new Epoller();
        using FileDescriptor eventfd = TestMemory.Eventfd();
        epoller.Add(eventfd.Number, 1);

        Assert.Equal(UrmaStatus.Exists, Assert.Throws<UrmaException>(() => epoller.Add(eventfd.Number, 2)).Status);
        Assert.Throws<ArgumentOutOfRangeException>(() => epoller.Add(eventfd.Number, ulong.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => epoller.Wait(new ulong[1], -1));
    }
}
