using System.Diagnostics;
using Urma.Net.Tests.Async;
using Urma.Net.Tests.Diagnostics;
using Urma.Net.Tests.Linux;

namespace Urma.Net.Tests.Messaging;

/// <summary>Trace context in messages. A listener hears the whole process, so nothing else may run.</summary>
[Collection(Exclusive.Name)]
public sealed class TraceContextTests
{
    private static readonly MessageChannelOptions Asking = new() { PropagateTraceContext = true, Slots = 2, SlotSize = 1024 };

    [Fact]
    public async Task The_receivers_span_has_the_senders_as_its_parent()
    {
        using var spans = new Spans();
        using ChannelPair pair = await ChannelPair.Open(Asking);
        Assert.True(pair.Client.CarriesTraceContext && pair.Server.CarriesTraceContext);
        Task<MessageLease> receiving = pair.Server.ReceiveAsync().AsTask();
        await pair.Client.SendAsync(new byte[] { 1, 2, 3 }).Within();
        using MessageLease lease = await receiving.WaitAsync(TwoContexts.Bound);
        Assert.Equal([1, 2, 3], lease.Span.ToArray());

        Activity send = spans.Single("send server");
        Activity receive = spans.Single("receive client");
        Assert.Equal((ActivityKind.Producer, ActivityKind.Consumer), (send.Kind, receive.Kind));
        Assert.Equal((send.TraceId, send.SpanId), (receive.TraceId, receive.ParentSpanId));
        Assert.Equal((send.SpanId, true), (lease.TraceContext.SpanId, lease.TraceContext.IsRemote));
        Assert.Equal("urma", receive.GetTagItem("messaging.system"));
        Assert.Equal(3L, receive.GetTagItem("messaging.message.body.size"));
        Assert.Equal((long)pair.ClientContext.Uasid, receive.GetTagItem("urma.peer.uasid"));
    }

    [Fact]
    public async Task A_receiver_inside_a_span_of_its_own_refers_to_the_senders()
    {
        using var spans = new Spans();
        using ChannelPair pair = await ChannelPair.Open(Asking);
        await pair.Client.SendAsync(new byte[1]).Within();
        using var caller = new Activity("caller");
        caller.Start();
        using MessageLease lease = await pair.Server.ReceiveAsync().Within();
        Activity receive = spans.Single("receive client");
        Assert.Equal(caller.SpanId, receive.ParentSpanId);
        Assert.Equal(spans.Single("send server").SpanId, Assert.Single(receive.Links).Context.SpanId);
        Assert.Same(caller, Activity.Current);
    }

    // 976 bytes are the longest that fit a slot of 1,024 with their span.
    [Theory]
    [InlineData(0)]
    [InlineData(976)]
    [InlineData(977)]
    [InlineData(1024)]
    [InlineData(100_000)]
    public async Task Messages_of_every_length_carry_the_span_of_the_application(int length)
    {
        using ChannelPair pair = await ChannelPair.Open(Asking);
        using Segment registered = pair.ClientContext.AllocateSegment(Math.Max(length, 1));
        byte[] message = [.. Enumerable.Range(0, length).Select(static i => (byte)(i * 7))];
        message.CopyTo(registered.AsSpan(0, length));
        for (int round = 0; round < 6; round++)
        {
            // Turns with and without, so that each slot has held both.
            using Activity? span = round % 2 == 0 ? new Activity($"round {round}").Start() : null;
            ValueTask sending = round % 3 == 0 ? pair.Client.SendAsync(registered.Range(0, length)) : pair.Client.SendAsync(message);
            using (MessageLease lease = await pair.Server.ReceiveAsync().Within())
            {
                Assert.Equal(message, lease.Span.ToArray());
                Assert.Equal(message, lease.Slice(0, length).ToArray());
                Assert.Equal(span?.SpanId ?? default, lease.TraceContext.SpanId);
                Assert.Equal(span?.TraceId ?? default, lease.TraceContext.TraceId);
            }

            await sending.Within();
        }

        using (new Activity("tried").Start())
        {
            Assert.True(SpinWait.SpinUntil(() => pair.Client.TrySend(message), TwoContexts.Bound));
            using MessageLease lease = await pair.Server.ReceiveAsync().Within();
            Assert.Equal(Activity.Current!.SpanId, lease.TraceContext.SpanId);
            Assert.Equal(message, lease.Span.ToArray());
        }
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Unless_both_ends_ask_nothing_is_carried(bool client, bool server)
    {
        using ChannelPair pair = await ChannelPair.Open(
            Asking with { PropagateTraceContext = client }, Asking with { PropagateTraceContext = server });
        Assert.False(pair.Client.CarriesTraceContext || pair.Server.CarriesTraceContext);
        using Activity span = new Activity("span").Start();
        await pair.Client.SendAsync(new byte[1024]).Within();
        using MessageLease lease = await pair.Server.ReceiveAsync().Within();
        Assert.Equal((1024, default(ActivityContext)), (lease.Length, lease.TraceContext));
    }

    [Fact]
    public async Task A_send_that_waits_for_room_keeps_the_span_it_began_in()
    {
        using ChannelPair pair = await ChannelPair.Open(Asking);
        ActivitySpanId begun;
        using (Activity span = new Activity("first").Start())
        {
            while (pair.Client.TrySend(new byte[8]))
            {
            }

            begun = span.SpanId;
        }

        Task waiting;
        ActivitySpanId waited;
        using (Activity span = new Activity("waits").Start())
        {
            waiting = pair.Client.SendAsync(new byte[9]).AsTask();
            waited = span.SpanId;
        }

        while (true)
        {
            using MessageLease lease = await pair.Server.ReceiveAsync().Within();
            Assert.Equal(lease.Length == 9 ? waited : begun, lease.TraceContext.SpanId);
            if (lease.Length == 9)
            {
                break;
            }
        }

        await waiting.WaitAsync(TwoContexts.Bound);
    }
}
