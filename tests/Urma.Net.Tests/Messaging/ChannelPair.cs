using Urma.Net.Tests.Async;

namespace Urma.Net.Tests.Messaging;

/// <summary>Two engines of this process with a message channel between them.</summary>
internal sealed class ChannelPair : IDisposable
{
    private ChannelPair(UrmaContext left, UrmaContext right, MessageChannel client, MessageChannel server)
    {
        ClientContext = left;
        ServerContext = right;
        Client = client;
        Server = server;
    }

    public UrmaContext ClientContext { get; }

    public UrmaContext ServerContext { get; }

    public MessageChannel Client { get; }

    public MessageChannel Server { get; }

    public static async Task<ChannelPair> Open(MessageChannelOptions? client = null, MessageChannelOptions? server = null)
    {
        string fabric = $"loopback://{Guid.NewGuid():n}";
        UrmaContext left = UrmaContext.Open(fabric, new UrmaContextOptions { Label = "client" });
        UrmaContext right = UrmaContext.Open(fabric, new UrmaContextOptions { Label = "server" });
        using MessageListener listener = MessageChannel.Listen(right, "pair", server ?? client);
        Task<MessageChannel> connecting = MessageChannel.ConnectAsync(left, "pair", TwoContexts.Bound, client);
        MessageChannel accepted = await listener.AcceptAsync().WaitAsync(TwoContexts.Bound);
        return new ChannelPair(left, right, await connecting.WaitAsync(TwoContexts.Bound), accepted);
    }

    public void Dispose()
    {
        ClientContext.Dispose();
        ServerContext.Dispose();
    }
}
