using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Urma.Net.Interop.Tests.Programs;

/// <summary>The managed end of the C programs' side channel (native/tests/common/peer.c).</summary>
internal sealed class SidePath : IDisposable
{
    private readonly Socket _socket;

    private SidePath(Socket socket)
    {
        _socket = socket;
        _socket.ReceiveTimeout = _socket.SendTimeout = 20_000;
    }

    /// <summary>Waits for the program that was started with <c>URMA_TEST_CONNECT</c>.</summary>
    internal static async Task<SidePath> AcceptAsync(Socket listener)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return new SidePath(await listener.AcceptAsync(limit.Token));
    }

    /// <summary>Listens at a path.</summary>
    internal static Socket Listen(string path)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        return listener;
    }

    /// <summary>Connects to the program that was started with <c>URMA_TEST_LISTEN</c>.</summary>
    internal static async Task<SidePath> ConnectAsync(string path)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), limit.Token);
                return new SidePath(socket);
            }
            catch (SocketException)
            {
                // It does not listen yet.
                socket.Dispose();
                await Task.Delay(10, limit.Token);
            }
        }
    }

    /// <summary>Sends a structure and receives the other side's.</summary>
    internal T Exchange<T>(T mine)
        where T : unmanaged
    {
        _socket.Send(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in mine)));
        T theirs = default;
        Span<byte> rest = MemoryMarshal.AsBytes(new Span<T>(ref theirs));
        while (!rest.IsEmpty)
        {
            int received = _socket.Receive(rest);
            Assert.NotEqual(0, received);
            rest = rest[received..];
        }

        return theirs;
    }

    /// <summary>Both sides have come to this point.</summary>
    internal void Meet() => Assert.Equal((byte)'m', Exchange((byte)'m'));

    public void Dispose() => _socket.Dispose();
}
