using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Verbs.Control;

/// <summary>An accepted connection that has not introduced itself yet. Loop's thread only.</summary>
internal sealed class Guest(FabricLoop loop, TcpChannel channel, Action<Guest, Hello?> done) : IFabricSource
{
    private readonly byte[] _hello = new byte[Hello.Size];
    private int _filled;
    private ulong _token;
    private bool _ended;

    /// <summary>The connection.</summary>
    public TcpChannel Channel => channel;

    /// <summary>Starts to receive.</summary>
    public void Attach() => _token = loop.Add(channel.Descriptor, this);

    /// <inheritdoc/>
    public void OnReady()
    {
        // Not a byte more than the hello: what follows belongs to the connection that it becomes.
        _filled += channel.Receive(_hello.AsSpan(_filled), out string? end);
        if (end is not null)
        {
            End(null);
        }
        else if (_filled == Hello.Size)
        {
            End(Hello.TryRead(_hello, out Hello hello) ? hello : null);
        }
    }

    /// <summary>Ends the wait; the first end counts.</summary>
    /// <param name="hello">Null where there is none that could be read.</param>
    public void End(Hello? hello)
    {
        if (!_ended)
        {
            _ended = true;
            loop.Remove(channel.Descriptor, _token);
            done(this, hello);
        }
    }
}
