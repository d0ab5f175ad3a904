using System.Net;
using System.Net.Sockets;
using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs.Tests.Control;

/// <summary>A connection that says whatever it likes.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        ReceiveTimeout = (int)Engine.Bound.TotalMilliseconds,
        SendTimeout = (int)Engine.Bound.TotalMilliseconds,
    };

    public RawClient(Engine engine)
        : this(new IPEndPoint(IPAddress.Loopback, (int)engine.Uasid))
    {
    }

    public RawClient(IPEndPoint place) => _socket.Connect(place);

    /// <summary>A connection that was welcomed.</summary>
    public static RawClient Welcomed(Engine engine)
    {
        var client = new RawClient(engine);
        client.Send(HelloOf(Hello.CurrentVersion));
        Assert.Equal(HelloVerdict.Welcome, client.ReceiveHello().Verdict);
        return client;
    }

    public static byte[] HelloOf(ushort version, HelloPurpose purpose = HelloPurpose.Engine) =>
        HelloAs(new EngineIdentity(new Eid(0, 1), 1, 1, (ulong)Random.Shared.NextInt64(), "raw"), version, purpose);

    public static byte[] HelloAs(EngineIdentity identity, ushort version = Hello.CurrentVersion, HelloPurpose purpose = HelloPurpose.Engine)
    {
        byte[] hello = new byte[Hello.Size];
        new Hello(version, purpose, HelloVerdict.Welcome, identity).Write(hello);
        return hello;
    }

    public static byte[] Frame(ControlMessage message, FrameKind kind, uint id, byte[] payload)
    {
        byte[] frame = new byte[FrameHeader.Size + payload.Length];
        new FrameHeader(payload.Length, message, kind, id, UrmaStatus.Success).Write(frame);
        payload.CopyTo(frame, FrameHeader.Size);
        return frame;
    }

    public static byte[] Import(uint id, Token token) =>
        ControlFrames.Of(ControlMessage.ImportSegment, FrameKind.Request, id, new ImportSegmentRequest(7, 1, token));

    public void Send(byte[] bytes) => Assert.Equal(bytes.Length, _socket.Send(bytes));

    /// <summary>Sends as much as is taken until the other end closes.</summary>
    public bool TrySend(byte[] bytes)
    {
        try
        {
            return _socket.Send(bytes) == bytes.Length;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public Hello ReceiveHello()
    {
        Assert.True(Hello.TryRead(Receive(Hello.Size), out Hello hello));
        return hello;
    }

    public FrameHeader ReceiveFrame()
    {
        Assert.True(FrameHeader.TryRead(Receive(FrameHeader.Size), out FrameHeader header));
        Receive(header.Length);
        return header;
    }

    /// <summary>Waits until the other end has closed; what it sends before is skipped.</summary>
    public void ExpectEnd()
    {
        try
        {
            byte[] skipped = new byte[4096];
            while (_socket.Receive(skipped) != 0)
            {
            }
        }
        catch (SocketException error) when (error.SocketErrorCode != SocketError.TimedOut)
        {
            // A reset is an end, too.
        }
    }

    public void Dispose() => _socket.Dispose();

    private byte[] Receive(int count)
    {
        byte[] bytes = new byte[count];
        for (int filled = 0; filled < count;)
        {
            int received = _socket.Receive(bytes.AsSpan(filled));
            Assert.NotEqual(0, received);
            filled += received;
        }

        return bytes;
    }
}
