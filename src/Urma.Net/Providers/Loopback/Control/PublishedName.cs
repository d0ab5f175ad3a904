using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>Bytes published under a name: whoever connects to it gets them. Dispose may come from any thread, twice.</summary>
internal sealed class PublishedName : IDisposable
{
    private readonly AcceptSource _source;
    private readonly byte[] _frame;
    private readonly Action<PublishedName> _disposed;

    /// <summary>Claims the name.</summary>
    /// <exception cref="UrmaException"><see cref="UrmaStatus.Exists"/>: it is taken.</exception>
    internal PublishedName(
        FabricLoop loop, UnixName name, ReadOnlySpan<byte> value, ControlLimits limits, Action<PublishedName> disposed)
    {
        _frame = new byte[ControlFrame.HeaderSize + value.Length];
        ControlFrame.WriteHeader(_frame, (uint)ControlMessage.Published, 0, 0);
        value.CopyTo(_frame.AsSpan(ControlFrame.HeaderSize));
        _disposed = disposed;
        _source = new AcceptSource(loop, NameClaim.Bind(name), limits.AcceptPause, Serve);
    }

    /// <summary>Gives the name back.</summary>
    public void Dispose()
    {
        _source.Dispose();
        _disposed(this);
    }

    private void Serve(UnixChannel channel)
    {
        CrashPoints.Reach(CrashPoints.Rendezvous);
        using (channel)
        {
            try
            {
                channel.Peer.EnsureSameUser();

                // A fresh socket has room for one frame; what was sent outlives the closing.
                _ = channel.TrySend(_frame, []);
            }
            catch (UrmaException)
            {
                // Its own loss.
            }
        }
    }
}
