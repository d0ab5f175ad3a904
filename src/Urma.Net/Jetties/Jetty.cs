namespace Urma.Net;

/// <summary>Jetty: a send queue with the receive queue that takes its messages (<c>urma_jetty_t</c>).</summary>
/// <remarks>One thread posts sends at a time, one thread posts receives at a time.</remarks>
public abstract class Jetty : Jfs
{
    private protected Jetty(UrmaContext context, JettyOptions options, Jfr receiveQueue)
        : base(context, options)
    {
        ReceiveQueue = receiveQueue;
    }

    /// <summary>The JFR that takes messages for this jetty, its own or a shared one.</summary>
    public Jfr ReceiveQueue { get; }

    /// <summary>The secret a sender must show: that of the JFR.</summary>
    public Token Token => ReceiveQueue.Token;

    /// <summary>What to give to peers, beside the token.</summary>
    public JettyDescriptor Descriptor => ReceiveQueue.Descriptor with { JettyId = Id };

    /// <summary>Offers buffers to messages. Allocates nothing.</summary>
    /// <param name="requests">The buffers.</param>
    /// <param name="posted">How many were taken.</param>
    /// <returns>As <see cref="Jfr.Post(ReadOnlySpan{ReceiveRequest}, out int)"/>.</returns>
    public UrmaStatus PostReceive(ReadOnlySpan<ReceiveRequest> requests, out int posted) => ReceiveQueue.Post(requests, out posted);

    /// <summary>Offers buffers given as SGE lists.</summary>
    /// <param name="requests">The receives.</param>
    /// <param name="scatter">The elements that <see cref="ReceiveRequest.Scatter(int, int, ulong)"/> refers to. Read while posting.</param>
    /// <param name="posted">How many were taken.</param>
    /// <returns>As <see cref="Jfr.Post(ReadOnlySpan{ReceiveRequest}, out int)"/>.</returns>
    public UrmaStatus PostReceive(ReadOnlySpan<ReceiveRequest> requests, ReadOnlySpan<SegmentRange> scatter, out int posted) =>
        ReceiveQueue.Post(requests, scatter, out posted);

    /// <summary>Offers one buffer.</summary>
    /// <param name="request">The buffer.</param>
    /// <returns>As <see cref="Jfr.Post(ReadOnlySpan{ReceiveRequest}, out int)"/>.</returns>
    public UrmaStatus PostReceive(in ReceiveRequest request) => ReceiveQueue.Post(in request);
}
