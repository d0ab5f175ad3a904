using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Tests.Control;

public sealed class ConcurrencyTests
{
    private const int Engines = 6;
    private static readonly TimeSpan Soon = TestEngine.Soon;

    private readonly LoopbackFabric _fabric = TestEngine.NewFabric();

    [Fact]
    public void Everybody_connecting_to_everybody_at_once_makes_one_peer_each()
    {
        for (int round = 0; round < 10; round++)
        {
            TestEngine[] engines = [.. Enumerable.Range(0, Engines).Select(i => new TestEngine(_fabric, $"e{i}"))];
            var found = new LoopbackPeer[Engines, Engines, 2];
            using var start = new Barrier(Engines * 2);
            RunAll(Engines * 2, worker =>
            {
                TestEngine self = engines[worker / 2];
                start.SignalAndWait(Soon);
                for (int i = 0; i < Engines; i++)
                {
                    int other = (worker + i) % Engines;
                    LoopbackPeer peer = self.Connect(engines[other]);
                    found[worker / 2, other, worker % 2] = peer;
                    Assert.Equal([(byte)i], self.Ask(peer, (byte)i));
                }
            });

            for (int i = 0; i < Engines; i++)
            {
                Assert.Equal(Engines, engines[i].Plane.Peers.Count);
                Assert.Empty(engines[i].Lost);
                for (int j = 0; j < Engines; j++)
                {
                    Assert.Same(found[i, j, 0], found[i, j, 1]);
                    Assert.Equal(engines[j].Uasid, found[i, j, 0].Uasid);
                }
            }

            RunAll(Engines, i => engines[i].Dispose());
        }
    }

    [Fact]
    public void Many_threads_ask_through_one_connection_and_get_their_own_answers()
    {
        using var a = new TestEngine(_fabric);
        using var b = new TestEngine(_fabric);
        LoopbackPeer there = a.Connect(b);
        LoopbackPeer back = b.Connect(a);

        RunAll(8, worker =>
        {
            (TestEngine self, LoopbackPeer peer) = worker % 2 == 0 ? (a, there) : (b, back);
            byte[] payload = new byte[1000 * (worker + 1)];
            Array.Fill(payload, (byte)worker);
            for (int i = 0; i < 200; i++)
            {
                BitConverter.TryWriteBytes(payload, i);
                Assert.Equal(payload, self.Ask(peer, payload));
            }
        });
    }

    [Fact]
    public void Closing_while_others_connect_and_ask_ends_every_call()
    {
        for (int round = 0; round < 20; round++)
        {
            using var a = new TestEngine(_fabric);
            var b = new TestEngine(_fabric);
            int failed = 0;
            RunAll(4, worker =>
            {
                if (worker == 0)
                {
                    Thread.Sleep(round % 5);
                    b.Dispose();
                    return;
                }

                TestEngine self = worker == 1 ? b : a;
                TestEngine other = worker == 1 ? a : b;
                try
                {
                    for (int i = 0; i < 100_000; i++)
                    {
                        self.Ask(self.Connect(other), 1);
                    }
                }
                catch (UrmaException error)
                {
                    Assert.Equal(UrmaStatus.Failed, error.Status);
                    Interlocked.Increment(ref failed);
                }
            });

            Assert.Equal(3, failed);
        }
    }

    [Fact]
    public void A_uasid_used_over_and_over_is_a_new_peer_each_time()
    {
        using var a = new TestEngine(_fabric);
        HashSet<LoopbackPeer> seen = [];
        for (int i = 0; i < 50; i++)
        {
            using var b = new TestEngine(_fabric, uasid: 7);
            LoopbackPeer fromThere = i % 2 == 0 ? b.Connect(a) : a.Connect(b);
            LoopbackPeer peer = a.Connect(b);
            Assert.True(seen.Add(peer), $"Round {i} found the peer of an earlier one.");
            Assert.Equal([1], a.Ask(peer, 1));
            Assert.True(fromThere.IsAlive);
        }
    }

    [Fact]
    public void A_cancelled_request_leaves_no_trace()
    {
        using var entered = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(0);
        using var a = new TestEngine(_fabric);
        using var b = new TestEngine(_fabric, serve: (LoopbackPeer _, in ControlRequest request, ControlReply reply) =>
        {
            if (request.Payload is [1])
            {
                entered.Release();
                go.Wait(Soon);
            }

            reply.Write(request.Payload);
        });
        LoopbackPeer peer = a.Connect(b);
        using var cancellation = new CancellationTokenSource();
        Task request = Task.Run(
            () => a.Plane.Request(peer, ControlMessage.ImportSegment, [1], [], Soon, cancellation.Token).Dispose());
        Assert.True(entered.Wait(Soon));

        cancellation.Cancel();

        Assert.IsType<OperationCanceledException>(
            Assert.Throws<AggregateException>(() => request.Wait(Soon)).InnerException, exactMatch: false);
        go.Release();
        Assert.Equal([1], TestEngine.Take(a.LateReplies));
        Assert.Equal([2], a.Ask(peer, 2));
    }

    private static void RunAll(int count, Action<int> body)
    {
        var failures = new Exception?[count];
        Thread[] threads = [.. Enumerable.Range(0, count).Select(i => new Thread(() =>
        {
            try
            {
                body(i);
            }
            catch (Exception error)
            {
                failures[i] = error;
            }
        })
        { IsBackground = true })];
        Array.ForEach(threads, thread => thread.Start());
        Assert.All(threads, thread => Assert.True(thread.Join(Soon + Soon), "A thread hangs."));
        Assert.All(failures, Assert.Null);
    }
}
