using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>What this engine tells of itself. Thread-safe.</summary>
internal sealed class EngineIdentity : IDisposable
{
    private readonly Lock _gate = new();
    private readonly byte[] _payload;
    private readonly int _contextPage;
    private readonly PidFd _process = PidFd.OpenSelf();
    private bool _disposed;

    internal EngineIdentity(Hello hello, int contextPage, long contextPageLength)
    {
        Hello = hello;
        ContextPageLength = contextPageLength;
        _contextPage = contextPage;
        byte[] payload = new byte[Control.Hello.MaximumSize];
        _payload = payload[..hello.Write(payload)];
    }

    /// <summary>Who we are.</summary>
    internal Hello Hello { get; }

    /// <summary>How long a context page is, ours as well as peers'.</summary>
    internal long ContextPageLength { get; }

    /// <summary>Sends the introduction.</summary>
    internal SendOutcome SendHello(PeerLink link)
    {
        lock (_gate)
        {
            return _disposed
                ? SendOutcome.Closed
                : link.Send(Frame((uint)ControlMessage.Hello, 0), [_process.Descriptor, _contextPage]);
        }
    }

    /// <summary>Sends the introduction on a connection that nobody serves yet.</summary>
    internal ChannelResult SendHello(UnixChannel channel)
    {
        // Under the lock, or a closed descriptor's number could be sent, which by then may be another file's.
        lock (_gate)
        {
            return _disposed
                ? ChannelResult.Closed
                : channel.TrySend(Frame((uint)ControlMessage.Hello, 0), [_process.Descriptor, _contextPage]);
        }
    }

    /// <summary>Answers who is there, to somebody who does not want to be a peer: with the context page, without a pidfd.</summary>
    internal void SendInfo(PeerLink link, uint requestId)
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                link.Send(Frame((uint)ControlMessage.Info | ControlFrame.ReplyBit, requestId), [_contextPage]);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _process.Dispose();
        }
    }

    private byte[] Frame(uint type, uint requestId)
    {
        byte[] frame = new byte[ControlFrame.HeaderSize + _payload.Length];
        ControlFrame.WriteHeader(frame, type, requestId, 0);
        _payload.CopyTo(frame, ControlFrame.HeaderSize);
        return frame;
    }
}
