namespace Urma.Net.Ub;

/// <content>Making queues.</content>
public sealed unsafe partial class UbContext
{
    /// <inheritdoc/>
    public override Jfce CreateJfce()
    {
        ThrowIfDisposed();
        return Keep(new UbJfce(this));
    }

    /// <inheritdoc/>
    public override Jfc CreateJfc(JfcOptions? options = null)
    {
        ThrowIfDisposed();
        options ??= new JfcOptions();
        RequireOwn(options.Jfce?.Context, "JFCE");
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Depth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Depth, Capabilities.MaxJfcDepth);
        return Keep(new UbJfc(this, options));
    }

    /// <inheritdoc/>
    public override Jfr CreateJfr(JfrOptions options) => CreateJfr(options, options?.TransportMode ?? default);

    private UbJfr CreateJfr(JfrOptions options, TransportMode mode)
    {
        ThrowIfDisposed();
        Check(options);
        var jfr = new UbJfr(this, options, mode);
        _receiveQueues[jfr.Id] = jfr;
        return Keep(jfr);
    }

    /// <inheritdoc/>
    public override Jfs CreateJfs(JfsOptions options)
    {
        CheckQueue(options);
        return Keep(new UbJfs(this, options));
    }

    /// <inheritdoc/>
    public override Jetty CreateJetty(JettyOptions options) => CreateJetty(options, group: null);

    /// <summary>Makes a group, to which jetties are added as they are made.</summary>
    /// <param name="name">1 to 63 bytes of UTF-8.</param>
    /// <param name="policy">How a message finds its jetty.</param>
    /// <param name="token">The secret a sender must show; random when null.</param>
    /// <exception cref="UrmaException">The device has no groups, or no more.</exception>
    public UbJettyGroup CreateJettyGroup(string name, UbGroupPolicy policy = UbGroupPolicy.RoundRobin, Token? token = null)
    {
        ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(name);
        return Keep(new UbJettyGroup(this, name, policy, token));
    }

    /// <summary>Makes a jetty of a group.</summary>
    /// <param name="options">How.</param>
    /// <param name="group">The group; none when null.</param>
    /// <exception cref="UrmaException">A JFC cannot hold its completions, the group is full, or resources ran out.</exception>
    public Jetty CreateJetty(JettyOptions options, UbJettyGroup? group)
    {
        CheckQueue(options);
        CheckReceive(options);
        if (options.SharedJfr is UbJfr shared && shared.Mode != options.TransportMode)
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument, $"The shared JFR serves jetties of mode {shared.Mode}, not {options.TransportMode}: set JfrOptions.TransportMode.");
        }

        Jfr receive = options.SharedJfr ?? CreateJfr(options.Receive ?? new JfrOptions { ReceiveJfc = options.SendJfc }, options.TransportMode);
        try
        {
            return Keep(new UbJetty(this, options, (UbJfr)receive, ownsReceiveQueue: options.SharedJfr is null, group));
        }
        catch when (options.SharedJfr is null)
        {
            receive.Dispose();
            throw;
        }
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
