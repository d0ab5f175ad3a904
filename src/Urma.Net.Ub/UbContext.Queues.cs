namespace Urma.Net.Ub;

/// <content>Making queues.</content>
public sealed unsafe partial class UbContext
{
    /// <inheritdoc/>
    public override Jfce CreateJfce()
    {
        Objects.ThrowIfDisposed();
        return Objects.Keep(new UbJfce(this));
    }

    /// <inheritdoc/>
    public override Jfc CreateJfc(JfcOptions? options = null)
    {
        Objects.ThrowIfDisposed();
        options ??= new JfcOptions();
        Check(options);
        return Objects.Keep(new UbJfc(this, options));
    }

    /// <inheritdoc/>
    public override Jfr CreateJfr(JfrOptions options) => CreateJfr(options, options?.TransportMode ?? default);

    private UbJfr CreateJfr(JfrOptions options, TransportMode mode)
    {
        Objects.ThrowIfDisposed();
        Check(options);
        var jfr = new UbJfr(this, options, mode);
        _receiveQueues[jfr.Id] = jfr;
        return Objects.Keep(jfr);
    }

    /// <inheritdoc/>
    public override Jfs CreateJfs(JfsOptions options)
    {
        Objects.ThrowIfDisposed();
        Check(options);
        return Objects.Keep(new UbJfs(this, options));
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
        Objects.ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(name);
        return Objects.Keep(new UbJettyGroup(this, name, policy, token));
    }

    /// <summary>Makes a jetty of a group.</summary>
    /// <param name="options">How.</param>
    /// <param name="group">The group; none when null.</param>
    /// <exception cref="UrmaException">A JFC cannot hold its completions, the group is full, or resources ran out.</exception>
    public Jetty CreateJetty(JettyOptions options, UbJettyGroup? group)
    {
        Objects.ThrowIfDisposed();
        Check(options);
        CheckReceive(options);
        if (options.SharedJfr is UbJfr shared && shared.Mode != options.TransportMode)
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument, $"The shared JFR serves jetties of mode {shared.Mode}, not {options.TransportMode}: set JfrOptions.TransportMode.");
        }

        Jfr receive = options.SharedJfr ?? CreateJfr(options.Receive ?? new JfrOptions { ReceiveJfc = options.SendJfc }, options.TransportMode);
        try
        {
            return Objects.Keep(new UbJetty(this, options, (UbJfr)receive, ownsReceiveQueue: options.SharedJfr is null, group));
        }
        catch when (options.SharedJfr is null)
        {
            receive.Dispose();
            throw;
        }
    }
}
