namespace Urma.Net.Verbs;

/// <content>Making queues.</content>
public sealed unsafe partial class VerbsContext
{
    private uint _lastId;

    /// <inheritdoc/>
    public override Jfce CreateJfce()
    {
        Objects.ThrowIfDisposed();
        return Objects.Keep(new VerbsJfce(this));
    }

    /// <inheritdoc/>
    public override Jfc CreateJfc(JfcOptions? options = null)
    {
        Objects.ThrowIfDisposed();
        options ??= new JfcOptions();
        Check(options);
        return Objects.Keep(new VerbsJfc(this, options));
    }

    /// <inheritdoc/>
    public override Jfr CreateJfr(JfrOptions options) => CreateJfr(options, options?.TransportMode ?? default);

    /// <inheritdoc/>
    public override Jfs CreateJfs(JfsOptions options)
    {
        Objects.ThrowIfDisposed();
        Check(options);
        return Objects.Keep(new VerbsJfs(this, options));
    }

    /// <inheritdoc/>
    public override Jetty CreateJetty(JettyOptions options)
    {
        Objects.ThrowIfDisposed();
        Check(options);
        CheckReceive(options);
        Jfr receive = options.SharedJfr ?? CreateJfr(options.Receive ?? new JfrOptions { ReceiveJfc = options.SendJfc }, options.TransportMode);
        try
        {
            return Objects.Keep(new VerbsJetty(this, options, (VerbsJfr)receive, ownsReceiveQueue: options.SharedJfr is null));
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

        Objects.Watch(queue);
    }

    internal void Remove(VerbsSendQueue queue)
    {
        Objects.Unwatch(queue);
        lock (_lock)
        {
            _sendQueues.Remove(queue);
        }

        queue.Counters.Return();
    }

    private VerbsJfr CreateJfr(JfrOptions options, TransportMode mode)
    {
        Objects.ThrowIfDisposed();
        Check(options);
        return Objects.Keep(new VerbsJfr(this, options, mode));
    }
}
