using System.Diagnostics;
using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>Accepts connections at a name this engine holds. Owns the listener. Dispose may come from any thread.</summary>
internal sealed class AcceptSource : IFabricSource, IDisposable
{
    // So many connections and the other descriptors get their turn.
    private const int ConnectionsPerRound = 16;

    private readonly Lock _gate = new();
    private readonly FabricLoop _loop;
    private readonly UnixListener _listener;
    private readonly TimeSpan _pause;
    private readonly Action<UnixChannel> _accepted;
    private ulong _token;
    private bool _disposed;

    /// <summary>Begins to accept; takes the listener over also when this throws.</summary>
    internal AcceptSource(FabricLoop loop, UnixListener listener, TimeSpan pause, Action<UnixChannel> accepted)
    {
        _loop = loop;
        _listener = listener;
        _pause = pause;
        _accepted = accepted;
        try
        {
            _token = loop.Add(listener.Descriptor, this);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void OnReady()
    {
        for (int i = 0; i < ConnectionsPerRound; i++)
        {
            UnixChannel? channel;
            try
            {
                channel = _listener.TryAccept();
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (UrmaException error)
            {
                Trace.TraceWarning(error.Message);
                Pause();
                return;
            }

            if (channel is null)
            {
                return;
            }

            _accepted(channel);
        }
    }

    /// <summary>Gives the name back.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _disposed = true;
                Unwatch();
                _listener.Dispose();
            }
        }
    }

    // Accepting fails for want of descriptors or memory, which trying at once again does not bring back.
    private void Pause()
    {
        lock (_gate)
        {
            Unwatch();
        }

        _loop.Schedule(_pause, Resume);
    }

    private void Resume()
    {
        lock (_gate)
        {
            if (!_disposed && _token == 0)
            {
                try
                {
                    _token = _loop.Add(_listener.Descriptor, this);
                }
                catch (UrmaException)
                {
                    _loop.Schedule(_pause, Resume);
                }
            }
        }
    }

    private void Unwatch()
    {
        if (_token != 0)
        {
            _loop.Remove(_listener.Descriptor, _token);
            _token = 0;
        }
    }
}
