namespace Urma.Net.Verbs;

/// <content>Making queues.</content>
public sealed unsafe partial class VerbsContext
{
    private uint _lastId;

    /// <inheritdoc/>
    public override Jfce CreateJfce()
    {
        ThrowIfDisposed();
        return Keep(new VerbsJfce(this));
    }

    /// <inheritdoc/>
    public override Jfc CreateJfc(JfcOptions? options = null)
    {
        ThrowIfDisposed();
        options ??= new JfcOptions();
        RequireOwn(options.Jfce?.Context, "JFCE");
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Depth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Depth, Capabilities.MaxJfcDepth);
        return Keep(new VerbsJfc(this, options));
    }

    /// <inheritdoc/>
    public override Jfr CreateJfr(JfrOptions options) => CreateJfr(options, options?.TransportMode ?? default);

    /// <inheritdoc/>
    public override Jfs CreateJfs(JfsOptions options)
    {
        CheckQueue(options);
        return Keep(new VerbsJfs(this, options));
    }

    /// <inheritdoc/>
    public override Jetty CreateJetty(JettyOptions options)
    {
        CheckQueue(options);
        CheckReceive(options);
        Jfr receive = options.SharedJfr ?? CreateJfr(options.Receive ?? new JfrOptions { ReceiveJfc = options.SendJfc }, options.TransportMode);
        try
        {
            return Keep(new VerbsJetty(this, options, (VerbsJfr)receive, ownsReceiveQueue: options.SharedJfr is null));
        }
        catch when (options.SharedJfr is null)
        {
            receive.Dispose();
            throw;
        }
    }

    /// <summary>A number for a send queue, which no other of this context has.</summary>
    internal uint NextId() => Interlocked.Increment(ref _lastId);

    internal void Add(VerbsSendQueue queue)
    {
        lock (_lock)
        {
            _sendQueues.Add(queue);
        }

        _graveyard.Watch(queue);
    }

    internal void Remove(VerbsSendQueue queue)
    {
        _graveyard.Unwatch(queue);
        lock (_lock)
        {
            if (_sendQueues.Remove(queue))
            {
                _closedQueues = _closedQueues.Plus(queue.Counters with { OpenQueues = 0 });
            }
        }
    }

    private VerbsJfr CreateJfr(JfrOptions options, TransportMode mode)
    {
        ThrowIfDisposed();
        Check(options);
        return Keep(new VerbsJfr(this, options, mode));
    }

    private void CheckQueue(JfsOptions options)
    {
        ThrowIfDisposed();
        Check(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Depth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Depth, Capabilities.MaxJfsDepth);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RnrRetry, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.RnrRetry, 7);
    }
}
