using Urma.Net.Tests.Async;

namespace Urma.Net.Tests.Messaging;

public sealed class ConnectingTests : IDisposable
{
    private readonly string _fabric = $"loopback://{Guid.NewGuid():n}";
    private readonly UrmaContext _server;
    private readonly UrmaContext _client;

    public ConnectingTests()
    {
        _server = UrmaContext.Open(_fabric);
        _client = UrmaContext.Open(_fabric);
    }

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
    }

    [Fact]
    public async Task Many_clients_connect_to_one_listener()
    {
        const int Clients = 20;
        using MessageListener listener = MessageChannel.Listen(_server, "hub", new MessageChannelOptions { Slots = 8 });
        Task<MessageChannel>[] connecting = [.. Enumerable.Range(0, Clients).Select(_ => MessageChannel.ConnectAsync(_client, "hub", TwoContexts.Bound))];
        var accepted = new List<MessageChannel>();
        for (int i = 0; i < Clients; i++)
        {
            accepted.Add(await listener.AcceptAsync().WaitAsync(TwoContexts.Bound));
        }

        for (int i = 0; i < Clients; i++)
        {
            MessageChannel client = await connecting[i].WaitAsync(TwoContexts.Bound);
            await client.SendAsync(BitConverter.GetBytes(i)).Within();
        }

        var seen = new HashSet<int>();
        foreach (MessageChannel channel in accepted)
        {
            using MessageLease lease = await channel.ReceiveAsync().Within();
            seen.Add(BitConverter.ToInt32(lease.Span));
        }

        Assert.Equal(Clients, seen.Count);
    }

    [Fact]
    public async Task A_context_can_connect_to_itself()
    {
        using MessageListener listener = MessageChannel.Listen(_server, "self");
        Task<MessageChannel> connecting = MessageChannel.ConnectAsync(_server, "self", TwoContexts.Bound);
        using MessageChannel accepted = await listener.AcceptAsync().WaitAsync(TwoContexts.Bound);
        using MessageChannel client = await connecting.WaitAsync(TwoContexts.Bound);
        await client.SendAsync(new byte[9]).Within();
        using MessageLease lease = await accepted.ReceiveAsync().Within();
        Assert.Equal(9, lease.Length);
    }

    [Fact]
    public async Task Connecting_to_nobody_ends_in_time()
    {
        UrmaException error = await Assert.ThrowsAsync<UrmaException>(() =>
            MessageChannel.ConnectAsync(_client, "nobody", TimeSpan.FromMilliseconds(200)).WaitAsync(TwoContexts.Bound));
        Assert.Contains("nobody", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listener_that_does_not_accept_is_named_as_such()
    {
        using MessageListener listener = MessageChannel.Listen(_server, "asleep");
        UrmaException error = await Assert.ThrowsAsync<UrmaException>(() =>
            MessageChannel.ConnectAsync(_client, "asleep", TimeSpan.FromMilliseconds(300)).WaitAsync(TwoContexts.Bound));
        Assert.Equal(UrmaStatus.TimedOut, error.Status);
        Assert.Contains("AcceptAsync", error.Message, StringComparison.Ordinal);

        // The client that gave up is passed over; the next one gets in.
        Task<MessageChannel> accepting = listener.AcceptAsync();
        using MessageChannel client = await MessageChannel.ConnectAsync(_client, "asleep", TwoContexts.Bound);
        using MessageChannel accepted = await accepting.WaitAsync(TwoContexts.Bound);
        await client.SendAsync(new byte[1]).Within();
        using MessageLease lease = await accepted.ReceiveAsync().Within();
        Assert.Equal(1, lease.Length);
    }

    [Fact]
    public async Task A_name_that_is_no_listener_is_refused()
    {
        using IDisposable published = _server.Publish("something", [1, 2, 3]);
        UrmaException error = await Assert.ThrowsAsync<UrmaException>(() => MessageChannel.ConnectAsync(_client, "something"));
        Assert.Contains("not published by a message listener", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accepting_can_be_cancelled_and_ends_with_the_listener()
    {
        MessageListener listener = MessageChannel.Listen(_server, "gone");
        using var cancel = new CancellationTokenSource();
        Task<MessageChannel> accepting = listener.AcceptAsync(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => accepting.WaitAsync(TwoContexts.Bound));
        accepting = listener.AcceptAsync();
        listener.Dispose();
        listener.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => accepting.WaitAsync(TwoContexts.Bound));
        using MessageListener again = MessageChannel.Listen(_server, "gone");
    }

    [Fact]
    public void Impossible_options_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => MessageChannel.Listen(_server, "x", new MessageChannelOptions { Slots = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => MessageChannel.Listen(_server, "x", new MessageChannelOptions { SlotSize = 10 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => MessageChannel.Listen(_server, "x", new MessageChannelOptions { LargeBuffers = 9 }));
    }
}
