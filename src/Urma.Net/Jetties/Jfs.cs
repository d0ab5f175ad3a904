namespace Urma.Net;

/// <summary>Jetty for sending: a queue of outgoing work (<c>urma_jfs_t</c>).</summary>
/// <remarks>
/// One thread posts at a time. Completions may be polled by another thread. Requests of one queue execute in the order posted where they
/// go to one target; over verbs each target has a connection of its own, and one-sided work takes that of the first target in its engine.
/// Work in flight keeps its buffers: do not free or reuse them before the completion, whatever happens to the await.
/// </remarks>
public abstract class Jfs : IDisposable
{
    private protected Jfs(UrmaContext context, JfsOptions options)
    {
        Context = context;
        SendJfc = options.SendJfc;
    }

    /// <summary>The context it belongs to.</summary>
    public UrmaContext Context { get; }

    /// <summary>Where completions of posted work go.</summary>
    public Jfc SendJfc { get; }

    /// <summary>What stands for it outside of .NET, for completions to name; 0 where nothing does.</summary>
    internal virtual nint Face { get; set; }

    /// <summary>What it counts in, for those built on it to count in, too.</summary>
    internal abstract unsafe Diagnostics.CounterBlock* Counters { get; }

    /// <summary>Its number within the engine.</summary>
    public abstract uint Id { get; }

    /// <summary>Most requests posted and not yet polled.</summary>
    public abstract int Depth { get; }

    /// <summary>Requests that were posted and have not ended, or whose completion has not been polled. Approximate while other threads post, poll, or carry requests out: a completion may be polled a moment before its request is counted as ended.</summary>
    public abstract int Outstanding { get; }

    /// <summary>The queue's state.</summary>
    public abstract JettyState State { get; }

    /// <summary>Posts work. Allocates nothing.</summary>
    /// <param name="requests">What to do, in order.</param>
    /// <param name="posted">How many were taken; on success all. The first one not taken is <c>requests[posted]</c>.</param>
    /// <returns>
    /// <see cref="UrmaStatus.Success"/>; <see cref="UrmaStatus.TryAgain"/> when the queue is full (poll, then post the rest);
    /// <see cref="UrmaStatus.InvalidArgument"/> for a request that is malformed; <see cref="UrmaStatus.Failed"/> when the queue is
    /// not <see cref="JettyState.Ready"/>. Whether an accepted operation succeeded is in its completion.
    /// </returns>
    public UrmaStatus Post(ReadOnlySpan<WorkRequest> requests, out int posted) => PostCore(requests, default, out posted);

    /// <summary>Posts work with SGE lists. Allocates nothing.</summary>
    /// <param name="requests">What to do, in order.</param>
    /// <param name="gather">The elements that <see cref="WorkRequest.WithGather(int, int)"/> refers to. Read while posting, not after.</param>
    /// <param name="posted">How many were taken.</param>
    /// <returns>As <see cref="Post(ReadOnlySpan{WorkRequest}, out int)"/>.</returns>
    public UrmaStatus Post(ReadOnlySpan<WorkRequest> requests, ReadOnlySpan<SegmentRange> gather, out int posted) =>
        PostCore(requests, gather, out posted);

    /// <summary>Posts one request.</summary>
    /// <param name="request">What to do.</param>
    /// <returns>As <see cref="Post(ReadOnlySpan{WorkRequest}, out int)"/>.</returns>
    public UrmaStatus Post(in WorkRequest request) => PostCore(new ReadOnlySpan<WorkRequest>(in request), default, out _);

    /// <summary>
    /// Prepares this queue for a target: what the first message to it would otherwise pay (one control round trip).
    /// On reliable connections it fixes the one target.
    /// </summary>
    /// <param name="target">The imported jetty.</param>
    /// <exception cref="UrmaException">The peer is gone, refuses, or does not answer in time.</exception>
    public void Bind(TargetJetty target)
    {
        ArgumentNullException.ThrowIfNull(target);
        BindCore(target);
    }

    /// <summary>
    /// Moves the queue to <see cref="JettyState.Error"/>: what has not run completes with
    /// <see cref="CompletionStatus.WorkRequestFlushed"/>, each exactly once, through the JFC.
    /// </summary>
    public abstract void ModifyToError();

    /// <summary>Executes a request at once where that is possible, and posts it where it is not. For awaited operations.</summary>
    /// <param name="request">The request.</param>
    /// <param name="completion">The result, unless it was posted.</param>
    /// <param name="posted">Whether it was posted: its completion comes through the JFC.</param>
    /// <returns>As <see cref="Post(in WorkRequest)"/>; nothing has happened unless it is <see cref="UrmaStatus.Success"/>.</returns>
    internal virtual UrmaStatus ExecuteOrPost(in WorkRequest request, out Completion completion, out bool posted)
    {
        completion = default;
        UrmaStatus status = Post(in request);
        posted = status == UrmaStatus.Success;
        return status;
    }

    /// <summary>Flushes outstanding work as <see cref="ModifyToError"/> does, then closes the queue. Completions can still be polled.</summary>
    public void Dispose()
    {
        DisposeCore();
        GC.SuppressFinalize(this);
    }

    /// <summary>Posts; the one provider call of the send path.</summary>
    /// <param name="requests">What to do.</param>
    /// <param name="gather">Elements of SGE lists.</param>
    /// <param name="posted">How many were taken.</param>
    private protected abstract UrmaStatus PostCore(ReadOnlySpan<WorkRequest> requests, ReadOnlySpan<SegmentRange> gather, out int posted);

    /// <summary>Prepares the way to a target.</summary>
    /// <param name="target">The imported jetty.</param>
    private protected abstract void BindCore(TargetJetty target);

    /// <summary>Flushes and closes; idempotent.</summary>
    private protected abstract void DisposeCore();
}
