using System.Runtime.InteropServices;
using Urma.Net.Internal;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Exports.Roub;

/// <summary>One connection's own socket between two managers. Thread-safe.</summary>
internal sealed class CmLink : IFabricSource, IDisposable
{
    // So many frames and the other sockets get their turn.
    private const int FramesPerRound = 8;

    private readonly Lock _gate = new();
    private readonly FabricLoop _loop;
    private readonly UnixChannel _channel;
    private ulong _token;
    private bool _disposed;

    /// <summary>Takes the channel over, also where this throws.</summary>
    public CmLink(FabricLoop loop, UnixChannel channel, ICmLinkUser user)
    {
        _loop = loop;
        _channel = channel;
        User = user;
        try
        {
            channel.Peer.EnsureSameUser();
            _token = loop.Add(channel.Descriptor, this);
        }
        catch
        {
            channel.Dispose();
            throw;
        }
    }

    public ICmLinkUser User { get; set; }

    /// <summary>Sends a frame.</summary>
    /// <returns>False where the other side is gone, or does not read.</returns>
    public bool Send(in CmFrame frame)
    {
        try
        {
            return _channel.TrySend(MemoryMarshal.AsBytes(new ReadOnlySpan<CmFrame>(in frame)), default) == ChannelResult.Done;
        }
        catch (Exception error) when (error is UrmaException or ObjectDisposedException)
        {
            Answer.Log(error);
            return false;
        }
    }

    /// <inheritdoc/>
    public void OnReady()
    {
        // One byte more than there may be, and a frame that is too long is seen to be.
        Span<byte> bytes = stackalloc byte[CmFrame.Size + 1];
        for (int i = 0; i < FramesPerRound; i++)
        {
            ChannelResult result = Receive(bytes, out int length);
            if (result == ChannelResult.WouldBlock)
            {
                return;
            }

            if (result == ChannelResult.Closed || !CmFrame.TryRead(bytes[..length], out CmFrame frame))
            {
                Dispose();
                User.OnClosed(this);
                return;
            }

            User.OnFrame(this, in frame);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _disposed = true;
                _loop.Remove(_channel.Descriptor, _token);
                _channel.Dispose();
            }
        }
    }

    private ChannelResult Receive(Span<byte> bytes, out int length)
    {
        try
        {
            return _channel.TryReceive(bytes, default, out length, out _);
        }
        catch (ObjectDisposedException)
        {
            // Its user has closed it; whoever does is told of nothing any more.
        }
        catch (UrmaException error)
        {
            Answer.Log(error);
        }

        length = 0;
        return ChannelResult.Closed;
    }
}
