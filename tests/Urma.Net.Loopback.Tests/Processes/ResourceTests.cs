namespace Urma.Net.Loopback.Tests.Processes;

/// <summary>Nothing leaks, whoever ends and however often.</summary>
public sealed class ResourceTests : ProcessTest
{
    // A thousand in all; four tests, so that no single one looks like a hang on a slow machine.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_thousand_killed_processes_leave_descriptors_maps_and_memory_flat(int quarter)
    {
        const int Cycles = 250;
        const int WarmUp = 20;
        const int Ahead = 4;
        Assert.InRange(quarter, 1, 4);
        Endpoint endpoint = NewEndpoint();
        endpoint.PostReceive(0, 64);
        var waiting = new Queue<PeerProcess>();
        Usage before = default;
        try
        {
            for (int i = 0; i < Cycles + WarmUp; i++)
            {
                if (i == WarmUp)
                {
                    before = Settle();
                }

                // Starting a process takes longest: the next ones start while this one works.
                while (waiting.Count < Ahead)
                {
                    PeerProcess next = PeerProcess.Launch();
                    next.Tell($"visit on={Fabric} memory={Hex(endpoint.Memory.Descriptor)} memory-token={endpoint.Memory.Token.Value} jetty={Hex(endpoint.Jetty.Descriptor)} jetty-token={endpoint.Jetty.Token.Value}");
                    waiting.Enqueue(next);
                }

                using PeerProcess peer = waiting.Dequeue();
                peer.Await();
                LiveAndDie(endpoint, peer);
            }
        }
        finally
        {
            while (waiting.TryDequeue(out PeerProcess? peer))
            {
                peer.Dispose();
            }
        }

        AssertFlat(before, Settle(), Cycles);
    }

    [Fact]
    public void A_thousand_contexts_opened_and_closed_leave_descriptors_maps_and_memory_flat()
    {
        const int Cycles = 1000;
        Endpoint endpoint = NewEndpoint();
        Usage before = default;
        for (int i = 0; i < Cycles + 50; i++)
        {
            if (i == 50)
            {
                before = Settle();
            }

            using UrmaContext context = Harness.Open();
            using var other = new Endpoint(context);
            using Jfce jfce = context.CreateJfce();
            using IDisposable name = context.Publish("cycle", [1]);
            TargetJetty target = endpoint.Context.ImportJetty(other.Jetty.Descriptor, other.Jetty.Token);
            other.PostReceive(0, 4096);
            endpoint.Succeed(WorkRequest.Send(target, endpoint.Memory.Range(0, i % 100)));
            TargetSegment memory = other.Import(endpoint.Memory);
            other.Succeed(WorkRequest.Write(other.Memory.Range(0, 8), memory.At(0, 8)));

            // Too long to travel inline: the context that closes has mapped a receive buffer of the one that stays.
            endpoint.PostReceive(0, 4096);
            TargetJetty back = other.Context.ImportJetty(endpoint.Jetty.Descriptor, endpoint.Jetty.Token);
            other.Succeed(WorkRequest.Send(back, other.Memory.Range(0, 2000)));
            Assert.Equal(2000, endpoint.ReceiveJfc.NextSuccess().ByteCount);
            target.Dispose();
        }

        AssertFlat(before, Settle(), Cycles);
    }

    [Fact]
    public void Ten_thousand_segments_and_queues_made_and_dropped_leave_everything_flat()
    {
        const int Cycles = 5000;
        Endpoint endpoint = NewEndpoint();
        UrmaContext owner = OpenHere();
        Usage before = default;
        for (int i = 0; i < Cycles + 200; i++)
        {
            if (i == 200)
            {
                before = Settle();
            }

            using Segment segment = owner.AllocateSegment(8192);
            using TargetSegment target = endpoint.Context.ImportSegment(segment.Descriptor, segment.Token);
            endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(0, 8), target.At(0, 8)));
            if (i % 10 == 0)
            {
                using var other = new Endpoint(owner);
                other.PostReceive(0, 4096);
                using TargetJetty jetty = endpoint.Context.ImportJetty(other.Jetty.Descriptor, other.Jetty.Token);
                endpoint.Succeed(WorkRequest.Send(jetty, endpoint.Memory.Range(0, 40)));
            }
        }

        AssertFlat(before, Settle(), Cycles);
    }

    private static void LiveAndDie(Endpoint endpoint, PeerProcess peer)
    {
        PeerReply visit = peer.Await();
        Assert.True(visit.IsOk, visit.Line);
        using TargetSegment target = endpoint.Context.ImportSegment(visit.Segment(), visit.Token());
        endpoint.Succeed(WorkRequest.Write(endpoint.Memory.Range(0, 8), target.At(0, 8)));
        using TargetJetty jetty = endpoint.Context.ImportJetty(visit.Jetty("jetty"), visit.Token("jetty-token"));
        endpoint.Succeed(WorkRequest.Send(jetty, endpoint.Memory.Range(0, 8)));
        peer.Tell("send id=j to=t length=16");
        Assert.Equal(16, endpoint.ReceiveJfc.NextSuccess().ByteCount);
        endpoint.PostReceive(0, 64);
        peer.Kill();
    }

    private static void AssertFlat(Usage before, Usage after, int cycles)
    {
        // A leak of one thing per cycle would show as hundreds; the runtime itself moves by a few.
        string report = $"over {cycles} cycles: {before} became {after}";
        Assert.True(after.Files - before.Files < cycles / 10, $"Descriptors leak {report}");
        Assert.True(after.Maps - before.Maps < cycles / 10, $"Mappings leak {report}");
        Assert.True(after.Threads - before.Threads < 20, $"Threads leak {report}");
        Assert.True(after.Resident - before.Resident < 96L << 20, $"Memory leaks {report}");
    }

    // What was let go of may be collected a little later.
    private static Usage Settle()
    {
        Usage last = default;
        for (int i = 0; i < 20; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Thread.Sleep(50);
            var now = new Usage(
                Directory.GetFileSystemEntries("/proc/self/fd").Length,
                File.ReadLines("/proc/self/maps").Count(),
                Directory.GetDirectories("/proc/self/task").Length,
                Environment.WorkingSet);
            if (i > 3 && Math.Abs(now.Files - last.Files) + Math.Abs(now.Maps - last.Maps) < 4)
            {
                return now;
            }

            last = now;
        }

        return last;
    }

    private readonly record struct Usage(int Files, int Maps, int Threads, long Resident);
}
