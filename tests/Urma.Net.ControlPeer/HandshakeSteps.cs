using Urma.Net.Internal;
using Urma.Net.Providers.Loopback.Control;

namespace Urma.Net.ControlPeer;

/// <summary>Goes a few steps into a handshake and stays there.</summary>
internal static class HandshakeSteps
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    /// <summary>Holds an engine's name and answers connections up to a step.</summary>
    internal static void Answer(LoopbackFabric fabric, uint uasid, string step)
    {
        using UnixListener listener = UnixListener.Bind(fabric.EngineName(uasid));
        Say("ready");
        if (step == "listen")
        {
            Console.In.ReadToEnd();
            return;
        }

        using UnixChannel channel = listener.Accept(Soon);
        if (step == "read")
        {
            channel.Receive(new byte[UnixChannel.MaximumFrame], new int[UnixChannel.MaximumDescriptors], out _, out _, Soon);
        }

        Say($"at {step}");
        Console.In.ReadToEnd();
    }

    /// <summary>Connects to an engine and goes up to a step.</summary>
    internal static void Knock(LoopbackFabric fabric, uint uasid, string step)
    {
        using UnixChannel channel = UnixChannel.Connect(fabric.EngineName(uasid), Soon);
        using MemoryFile page = MemoryFile.Create("urma-test-page", 8192);
        using PidFd self = PidFd.OpenSelf();
        if (step == "hello")
        {
            byte[] frame = new byte[ControlFrame.HeaderSize + Hello.MaximumSize];
            ControlFrame.WriteHeader(frame, (uint)ControlMessage.Hello, 0, 0);
            var hello = new Hello(fabric.Eid, 4711, Environment.ProcessId, 1, "knocker");
            int length = hello.Write(frame.AsSpan(ControlFrame.HeaderSize));
            channel.Send(frame.AsSpan(0, ControlFrame.HeaderSize + length), [self.Descriptor, page.Descriptor], Soon);
        }

        Say($"at {step}");
        Console.In.ReadToEnd();
    }

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
