namespace Urma.Net;

/// <summary>Jetty for receiving: a queue of buffers offered to messages; may serve many jetties and many senders (<c>urma_jfr_t</c>).</summary>
/// <remarks>One thread posts at a time. Completions may be polled by another.</remarks>
public abstract class Jfr : IDisposable
{
    private protected Jfr(UrmaContext context, JfrOptions options)
    {
        Context = context;
        ReceiveJfc = options.ReceiveJfc;
    }

    /// <summary>The context it belongs to.</summary>
    public UrmaContext Context { get; }

    /// <summary>Where receive completions go.</summary>
    public Jfc ReceiveJfc { get; }

    /// <summary>What stands for it outside of .NET, for completions to name; 0 where nothing does.</summary>
    internal nint Face { get; set; }

    /// <summary>Its number within the engine.</summary>
    public abstract uint Id { get; }

    /// <summary>Most receives posted and not yet polled.</summary>
    public abstract int Depth { get; }

    /// <summary>Receives that are posted and whose completion has not been polled.</summary>
    public abstract int Outstanding { get; }

    /// <summary>The secret a sender must show.</summary>
    public abstract Token Token { get; }

    /// <summary>What to give to peers, beside the token.</summary>
    public abstract JettyDescriptor Descriptor { get; }

    /// <summary>Offers buffers to messages, in order. Allocates nothing.</summary>
    /// <param name="requests">The buffers; they belong to the queue until their completion is polled.</param>
    /// <param name="posted">How many were taken; the first one not taken is <c>requests[posted]</c>.</param>
    /// <returns>
    /// <see cref="UrmaStatus.Success"/>; <see cref="UrmaStatus.TryAgain"/> when the queue is full;
    /// <see cref="UrmaStatus.InvalidArgument"/> for a buffer that is not registered or read-only to peers.
    /// </returns>
    public UrmaStatus Post(ReadOnlySpan<ReceiveRequest> requests, out int posted) => PostCore(requests, default, out posted);

    /// <summary>Offers buffers given as SGE lists.</summary>
    /// <param name="requests">The receives.</param>
    /// <param name="scatter">The elements that <see cref="ReceiveRequest.Scatter(int, int, ulong)"/> refers to. Read while posting.</param>
    /// <param name="posted">How many were taken.</param>
    /// <returns>As <see cref="Post(ReadOnlySpan{ReceiveRequest}, out int)"/>.</returns>
    public UrmaStatus Post(ReadOnlySpan<ReceiveRequest> requests, ReadOnlySpan<SegmentRange> scatter, out int posted) =>
        PostCore(requests, scatter, out posted);

    /// <summary>Offers one buffer.</summary>
    /// <param name="request">The buffer.</param>
    /// <returns>As <see cref="Post(ReadOnlySpan{ReceiveRequest}, out int)"/>.</returns>
    public UrmaStatus Post(in ReceiveRequest request) => PostCore(new ReadOnlySpan<ReceiveRequest>(in request), default, out _);

    /// <summary>
    /// Closes the queue: senders get <see cref="CompletionStatus.RemoteOperationError"/>; receives that were not filled complete
    /// with <see cref="CompletionStatus.WorkRequestFlushed"/>, each exactly once.
    /// </summary>
    /// <remarks>
    /// The flushed receives are found by polling, as every completion is: until the JFC is polled empty or disposed, they keep
    /// their share of its depth, and the queue's shared memory stays.
    /// </remarks>
    public void Dispose()
    {
        DisposeCore();
        GC.SuppressFinalize(this);
    }

    /// <summary>Posts; the one provider call of the receive path.</summary>
    /// <param name="requests">The receives.</param>
    /// <param name="scatter">Elements of SGE lists.</param>
    /// <param name="posted">How many were taken.</param>
    private protected abstract UrmaStatus PostCore(ReadOnlySpan<ReceiveRequest> requests, ReadOnlySpan<SegmentRange> scatter, out int posted);

    /// <summary>Flushes and closes; idempotent.</summary>
    private protected abstract void DisposeCore();
}
