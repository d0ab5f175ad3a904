using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Urma.Net.Verbs.Tests.Pairs;

/// <summary>How <c>ibv_rc_pingpong</c> exchanges addresses over TCP: the text and a 0 byte each way, and a last word of the client's.</summary>
internal static class PingPongWire
{
    private static readonly byte[] Done = "done\0"u8.ToArray();

    /// <summary>The client's part, once it knows its own address.</summary>
    public static VerbsPairAddress AskServer(int port, VerbsPairAddress mine)
    {
        using Socket server = Reach(port);
        server.Send(Encoding.ASCII.GetBytes($"{mine}\0"));
        VerbsPairAddress theirs = Read(server);
        server.Send(Done);

        // Closing at once could throw away what the server has not read.
        server.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, server.Receive(new byte[1]));
        return theirs;
    }

    /// <summary>The server's part: connects when the client's address has come, then says its own.</summary>
    public static void AnswerClient(Socket client, VerbsPairAddress mine, Action<VerbsPairAddress> connect)
    {
        client.ReceiveTimeout = (int)Bounds.Operation.TotalMilliseconds;
        connect(Read(client));
        client.Send(Encoding.ASCII.GetBytes($"{mine}\0"));
        Assert.Equal(Done, ReadExactly(client, Done.Length));
    }

    private static VerbsPairAddress Read(Socket peer) =>
        VerbsPairAddress.Parse(Encoding.ASCII.GetString(ReadExactly(peer, VerbsPairAddress.TextLength + 1)).TrimEnd('\0'));

    private static byte[] ReadExactly(Socket peer, int length)
    {
        byte[] bytes = new byte[length];
        for (int read = 0; read < length;)
        {
            int more = peer.Receive(bytes.AsSpan(read));
            Assert.NotEqual(0, more);
            read += more;
        }

        return bytes;
    }

    private static Socket Reach(int port)
    {
        long deadline = Environment.TickCount64 + (long)Bounds.Operation.TotalMilliseconds;
        while (true)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = (int)Bounds.Operation.TotalMilliseconds };
            try
            {
                socket.Connect(IPAddress.Loopback, port);
                return socket;
            }
            catch (SocketException) when (Environment.TickCount64 < deadline)
            {
                socket.Dispose();
                Thread.Sleep(20);
            }
        }
    }
}
