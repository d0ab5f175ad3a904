using System.Diagnostics;

namespace Urma.Net.Loopback.Tests.Processes;

/// <summary>Trace context between two processes.</summary>
public class TraceContextTests : ProcessTest
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Spans_of_two_processes_are_one_trace_both_ways()
    {
        PeerProcess peer = OpenPeer();
        using MessageChannel channel = await Accept(peer, string.Empty);
        Assert.True(channel.CarriesTraceContext);
        foreach (int length in new[] { 5, 100_000 })
        {
            peer.Tell($"trace-send length={length}");
            using (MessageLease lease = await channel.ReceiveAsync().AsTask().WaitAsync(Bound))
            {
                PeerReply sent = peer.Await();
                Assert.Equal(length, lease.Length);
                Assert.Equal((sent["trace"], sent["span"]), (lease.TraceContext.TraceId.ToString(), lease.TraceContext.SpanId.ToString()));
            }

            peer.Tell("trace-receive");
            using Activity span = new Activity("here").Start();
            await channel.SendAsync(new byte[length]).AsTask().WaitAsync(Bound);
            PeerReply received = peer.Await();
            Assert.True(received.IsOk, received.Line);
            Assert.Equal((span.TraceId.ToString(), span.SpanId.ToString(), length), (received["trace"], received["parent"], received.Number("length")));
        }
    }

    [Fact]
    public async Task A_peer_that_does_not_ask_gets_plain_messages()
    {
        PeerProcess peer = OpenPeer();
        using MessageChannel channel = await Accept(peer, "silent=1");
        Assert.False(channel.CarriesTraceContext);
        peer.Tell("trace-receive");
        using Activity span = new Activity("here").Start();
        await channel.SendAsync(new byte[7]).AsTask().WaitAsync(Bound);
        PeerReply received = peer.Await();
        Assert.Equal(7, received.Number("length"));
        Assert.NotEqual(span.TraceId.ToString(), received["trace"]);
    }

    private async Task<MessageChannel> Accept(PeerProcess peer, string options)
    {
        UrmaContext context = OpenHere();
        using MessageListener listener = MessageChannel.Listen(context, "traced", new MessageChannelOptions { PropagateTraceContext = true });
        peer.Tell($"trace-connect name=traced {options}");
        MessageChannel channel = await listener.AcceptAsync().WaitAsync(Bound);
        PeerReply reply = peer.Await();
        Assert.True(reply.IsOk, reply.Line);
        return channel;
    }
}
