using Urma.Net.Internal;
using Urma.Net.Interop.Libc;
using Urma.Net.Providers.Loopback.Control;
using Urma.Net.Tests.Linux;

namespace Urma.Net.Tests.Control;

/// <summary>Descriptors and threads come back; counted for the whole process, so nothing else may run.</summary>
[Collection(Exclusive.Name)]
public sealed class ControlResourceTests
{
    private static readonly TimeSpan Soon = TestEngine.Soon;

    private readonly LoopbackFabric _fabric = TestEngine.NewFabric();

    [Fact]
    public void Engines_that_talked_and_closed_leave_nothing()
    {
        AssertNothingStays(() =>
        {
            using var a = new TestEngine(_fabric);
            using var b = new TestEngine(_fabric);
            LoopbackPeer peer = a.Connect(b);
            a.Connect(a);
            b.Connect(a);
            using IDisposable published = a.Plane.Publish("x", [1]);
            b.Plane.Lookup("x", Soon);
            _fabric.Enumerate(Soon);
            using MemoryFile file = MemoryFile.Create("urma-test", 4096);
            using ControlResponse response = a.Plane.Request(
                peer, ControlMessage.ImportJfr, [1], [file.Descriptor], Soon);
        });
    }

    [Fact]
    public void Hostile_peers_leave_nothing()
    {
        AssertNothingStays(() =>
        {
            using var a = new TestEngine(_fabric);
            for (int i = 0; i < 20; i++)
            {
                using var raw = new RawClient(a);
                byte[] hello = RawClient.HelloFrame(_fabric, 5, (ulong)i);
                switch (i % 5)
                {
                    case 0:
                        raw.Send([1, 2, 3], raw.Self, raw.Page);
                        break;
                    case 1:
                        raw.Send(hello, raw.Page, raw.Self, raw.Self);
                        break;
                    case 2:
                        raw.Introduce(10 + (uint)i);
                        raw.Send([1], raw.Self, raw.Self);
                        break;
                    case 3:
                        raw.Introduce(10 + (uint)i);
                        raw.Send(RawClient.Frame((uint)ControlMessage.ImportSegment, 3, 0, 1), raw.Self, raw.Page);
                        raw.Send(RawClient.Frame((uint)ControlMessage.ImportSegment | ControlFrame.ReplyBit, 3, 0, 1), raw.Self);
                        break;
                }
            }

            using var friend = new TestEngine(_fabric);
            friend.Ask(friend.Connect(a), 1);
        });
    }

    [Fact]
    public void A_queue_of_descriptors_for_a_peer_that_never_reads_is_released()
    {
        AssertNothingStays(() =>
        {
            using var a = new TestEngine(_fabric);
            using var raw = new RawClient(a);
            raw.Introduce(5);
            LoopbackPeer peer = a.AwaitPeer(5);
            byte[] payload = new byte[60_000];
            for (int i = 0; i < 20; i++)
            {
                Assert.Throws<UrmaException>(() => a.Plane.Request(
                    peer, ControlMessage.ImportJfr, payload, [raw.Page, raw.Self], TimeSpan.FromMilliseconds(1)));
            }
        });
    }

    [Fact]
    public void An_engine_that_could_not_start_leaves_nothing()
    {
        using var holder = new TestEngine(_fabric, uasid: 9);
        AssertNothingStays(() =>
        {
            Assert.Throws<UrmaException>(() => new TestEngine(_fabric, uasid: 9));
            Assert.Throws<UrmaException>(() => new TestEngine(_fabric, label: new string('x', 64)));
        });
    }

    [Fact]
    public void Without_descriptors_connections_are_turned_away_without_spinning()
    {
        using var a = new TestEngine(_fabric, "exhausted");
        using PeerProcess other = PeerProcess.Engine(_fabric.Name, "other", out _);
        List<FileDescriptor> hoard = [];
        Rlimit before;
        unsafe
        {
            Assert.Equal(0, Libc.Getrlimit(Libc.RLIMIT_NOFILE, &before));
        }

        int ticks;
        try
        {
            SetLimit(before with { rlim_cur = (ulong)(Directory.GetFiles("/proc/self/fd").Length + 20) });
            Exhaust(hoard);
            ticks = Volatile.Read(ref a.Ticks);
            other.Tell($"connect {a.Uasid}");
            Thread.Sleep(500);
            ticks = Volatile.Read(ref a.Ticks) - ticks;
        }
        finally
        {
            hoard.ForEach(descriptor => descriptor.Dispose());
            SetLimit(before);
        }

        // Two rounds per pause and attempt of the other end would be some dozens; a spinning thread makes millions.
        Assert.InRange(ticks, 1, 1000);
        Assert.Equal("connected exhausted", other.Expect("connected"));
    }

    private static void Exhaust(List<FileDescriptor> hoard)
    {
        while (true)
        {
            int descriptor = Libc.Eventfd(0, Libc.EFD_CLOEXEC);
            if (descriptor < 0)
            {
                return;
            }

            hoard.Add(new FileDescriptor(descriptor));
        }
    }

    private static unsafe void SetLimit(Rlimit limit) => Assert.Equal(0, Libc.Prlimit(0, Libc.RLIMIT_NOFILE, &limit, null));

    private static void AssertNothingStays(Action test)
    {
        // Once before counting, for what the runtime opens at first use and keeps.
        test();
        int descriptors = Descriptors();
        int threads = FabricThreads();
        for (int i = 0; i < 3; i++)
        {
            test();
        }

        Assert.True(
            SpinWait.SpinUntil(() => Descriptors() <= descriptors, TimeSpan.FromSeconds(5)),
            $"{Descriptors()} descriptors are open where {descriptors} were.");
        Assert.True(SpinWait.SpinUntil(() => FabricThreads() <= threads, TimeSpan.FromSeconds(5)), "A fabric thread lives on.");
    }

    private static int Descriptors() => Directory.GetFiles("/proc/self/fd").Length;

    private static int FabricThreads() =>
        Directory.GetDirectories("/proc/self/task").Count(task =>
        {
            try
            {
                return File.ReadAllText(Path.Combine(task, "comm")).Trim() == "urma-fabric";
            }
            catch (IOException)
            {
                return false;
            }
        });
}
