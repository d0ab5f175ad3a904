using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>Tells when a process exits, also if somebody else keeps its sockets open. Owns the pidfd. Fabric thread only.</summary>
internal sealed class PidWatch : IFabricSource, IDisposable
{
    private readonly FabricLoop _loop;
    private readonly PidFd _process;
    private readonly Action _onExit;
    private readonly ulong _token;
    private bool _disposed;

    internal PidWatch(FabricLoop loop, PidFd process, Action onExit)
    {
        _loop = loop;
        _process = process;
        _onExit = onExit;
        _token = loop.Add(process.Descriptor, this);
    }

    /// <inheritdoc/>
    public void OnReady()
    {
        // It stays readable for ever.
        Dispose();
        _onExit();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _loop.Remove(_process.Descriptor, _token);
            _process.Dispose();
        }
    }
}
