using Urma.Net.Peer;

namespace Urma.Net.Loopback.Tests.Processes;

/// <summary>Many processes, many messages, few processors.</summary>
public sealed class ManySendersTests : ProcessTest
{
    [Fact]
    public void Ten_million_messages_of_four_processes_arrive_whole_and_in_order()
    {
        const int Senders = 4;
        const int Depth = 1024;
        const long PerSender = 2_500_000;
        Endpoint receiver = NewEndpoint(new EndpointShape { ReceiveDepth = Depth, MemoryLength = Depth * StreamMessage.Longest });
        PeerProcess[] peers = [.. Enumerable.Range(0, Senders).Select(_ => Own(PeerProcess.Launch()))];
        var next = new Dictionary<uint, (ulong Stream, long Number)>();
        for (int i = 0; i < Senders; i++)
        {
            peers[i].Await();
            uint uasid = (uint)peers[i].Ask($"open on={Fabric} label=sender-{i}").Number("uasid");
            LetReach(peers[i], receiver, shape: "send=256");
            next[uasid] = ((ulong)i, 0);
        }

        for (int slot = 0; slot < Depth; slot++)
        {
            receiver.PostReceive(slot * StreamMessage.Longest, StreamMessage.Longest, (ulong)slot);
        }

        for (int i = 0; i < Senders; i++)
        {
            peers[i].Tell($"stream id=j to=t count={PerSender} stream={i}");
        }

        Receive(receiver, next, Senders * PerSender);

        Assert.All(next.Values, stream => Assert.Equal(PerSender, stream.Number));
        Assert.All(peers, peer => Assert.Equal(PerSender, peer.Await().Number("sent")));
        receiver.ReceiveJfc.AssertEmpty();
    }

    [Fact]
    public void Eight_processes_on_few_processors_make_progress()
    {
        const int Ranks = 8;
        const int Messages = 5_000;
        PeerProcess[] peers = [.. Enumerable.Range(0, Ranks).Select(_ => Own(PeerProcess.Launch()))];
        for (int i = 0; i < Ranks; i++)
        {
            peers[i].Await();
            peers[i].Ask($"open on={Fabric} label=rank-{i} timeout=30000");
        }

        for (int i = 0; i < Ranks; i++)
        {
            peers[i].Tell($"rank rank={i} ranks={Ranks} messages={Messages} window=64");
        }

        Assert.All(peers, peer => Assert.Equal((Ranks - 1) * Messages, peer.Await().Number("received")));
    }

    private static void Receive(Endpoint receiver, Dictionary<uint, (ulong Stream, long Number)> next, long count)
    {
        Span<ReceiveCompletion> completions = stackalloc ReceiveCompletion[64];
        Span<ReceiveRequest> again = stackalloc ReceiveRequest[64];
        while (count > 0)
        {
            int taken = receiver.ReceiveJfc.Wait(completions, Bounds.Operation);
            Assert.True(taken > 0, $"{count} messages did not arrive.");
            for (int i = 0; i < taken; i++)
            {
                ReceiveCompletion completion = completions[i];
                Assert.Equal(CompletionStatus.Success, completion.Completion.Status);
                (ulong stream, long number) = next[completion.SourceUasid];
                ulong slot = completion.Completion.UserContext;
                Span<byte> message = receiver.Memory.AsSpan((long)slot * StreamMessage.Longest, (int)completion.Completion.ByteCount);
                StreamMessage.Check(message, stream, number);
                next[completion.SourceUasid] = (stream, number + 1);
                // What the next message does not overwrite must not pass for one.
                message.Clear();
                again[i] = new ReceiveRequest(receiver.Memory.Range((long)slot * StreamMessage.Longest, StreamMessage.Longest), slot);
            }

            Assert.Equal(UrmaStatus.Success, receiver.Jetty.PostReceive(again[..taken], out _));
            count -= taken;
        }
    }
}
