using Urma.Net.Internal;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.Tests.Control;

/// <summary>The other end of a connection, written by hand: sends whatever a test wants sent.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly byte[] _buffer = new byte[UnixChannel.MaximumFrame];
    private readonly PidFd _self = PidFd.OpenSelf();
    private readonly MemoryFile _page;

    internal RawClient(TestEngine target)
        : this(target.Fabric, UnixChannel.Connect(target.Fabric.EngineName(target.Uasid), TestEngine.Soon))
    {
    }

    internal RawClient(LoopbackFabric fabric, UnixChannel channel)
    {
        Fabric = fabric;
        Channel = channel;
        _page = MemoryFile.Create("urma-test-page", TestEngine.PageLength);
    }

    internal LoopbackFabric Fabric { get; }

    internal UnixChannel Channel { get; }

    internal int Self => _self.Descriptor;

    internal int Page => _page.Descriptor;

    /// <summary>A well-formed introduction.</summary>
    internal static byte[] HelloFrame(LoopbackFabric fabric, uint uasid, ulong incarnation, string label = "raw")
    {
        byte[] frame = new byte[ControlFrame.HeaderSize + Hello.MaximumSize];
        ControlFrame.WriteHeader(frame, (uint)ControlMessage.Hello, 0, 0);
        var hello = new Hello(fabric.Eid, uasid, Environment.ProcessId, incarnation, label);
        return frame[..(ControlFrame.HeaderSize + hello.Write(frame.AsSpan(ControlFrame.HeaderSize)))];
    }

    internal static byte[] Frame(uint type, uint id, int status, params ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[ControlFrame.HeaderSize + payload.Length];
        ControlFrame.WriteHeader(frame, type, id, status);
        payload.CopyTo(frame.AsSpan(ControlFrame.HeaderSize));
        return frame;
    }

    internal void Send(byte[] frame, params ReadOnlySpan<int> descriptors) => Channel.Send(frame, descriptors, TestEngine.Soon);

    /// <summary>Introduces itself and reads the introduction that comes back.</summary>
    internal void Introduce(uint uasid, ulong incarnation = 1)
    {
        Send(HelloFrame(Fabric, uasid, incarnation), Self, Page);
        Assert.Equal((uint)ControlMessage.Hello, Receive()!.Value.Type);
    }

    /// <summary>The next frame; null at the end. Descriptors are closed.</summary>
    internal (uint Type, uint Id, int Status, byte[] Payload)? Receive()
    {
        int[] descriptors = new int[UnixChannel.MaximumDescriptors];
        if (!Channel.Receive(_buffer, descriptors, out int length, out int count, TestEngine.Soon))
        {
            return null;
        }

        ControlRequest.CloseAll(descriptors.AsSpan(0, count));
        Assert.True(ControlFrame.TryReadHeader(_buffer.AsSpan(0, length), out uint type, out uint id, out int status));
        return (type, id, status, _buffer[ControlFrame.HeaderSize..length]);
    }

    /// <summary>Reads on until the other end closes; returns the reason it gave, if any.</summary>
    internal string? ReadToEnd()
    {
        string? refusal = null;
        while (Receive() is { } frame)
        {
            if (frame.Type == (uint)ControlMessage.Refusal)
            {
                refusal = ControlFrame.ReadText(frame.Payload);
            }
        }

        return refusal;
    }

    public void Dispose()
    {
        Channel.Dispose();
        _self.Dispose();
        _page.Dispose();
    }
}
