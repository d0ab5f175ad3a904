using System.Diagnostics;
using System.Globalization;
using System.IO.Pipes;
using Urma.Net.Tool.Peers;

namespace Urma.Net.Compare.Measuring;

/// <summary>Pipes of .NET between this process and one that it starts.</summary>
internal sealed class PipePair : IDisposable
{
    private readonly Process _other;

    private PipePair(Stream incoming, Stream outgoing, Process other) => (Incoming, Outgoing, _other) = (incoming, outgoing, other);

    public Stream Incoming { get; }

    public Stream Outgoing { get; }

    /// <summary>Starts the other end.</summary>
    /// <param name="isNamed">A named pipe, which goes both ways; otherwise two anonymous ones.</param>
    /// <param name="arguments">The command line of the other end, to which what it needs to connect is added.</param>
    public static PipePair Start(bool isNamed, IEnumerable<string> arguments)
    {
        if (isNamed)
        {
            string name = $"urma-compare-{Environment.ProcessId}";
            var server = new NamedPipeServerStream(name, PipeDirection.InOut, 1, PipeTransmissionMode.Byte);
            Process process = SelfProcess.Start([.. arguments, "--name", name]);
            server.WaitForConnection();
            return new PipePair(server, server, process);
        }

        var outgoing = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.Inheritable);
        var incoming = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.Inheritable);
        Process other = SelfProcess.Start([.. arguments, "--in", outgoing.GetClientHandleAsString(), "--out", incoming.GetClientHandleAsString()]);
        outgoing.DisposeLocalCopyOfClientHandle();
        incoming.DisposeLocalCopyOfClientHandle();
        return new PipePair(incoming, outgoing, other);
    }

    public void Dispose()
    {
        Outgoing.Dispose();
        Incoming.Dispose();
        SelfProcess.End(_other, TimeSpan.FromSeconds(2));
    }

    /// <summary>A number as eight bytes.</summary>
    public static void Write(Stream stream, double number) => stream.Write(BitConverter.GetBytes(number));

    /// <summary>The number that comes next.</summary>
    public static double Read(Stream stream)
    {
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        stream.ReadExactly(bytes);
        return BitConverter.ToDouble(bytes);
    }
}
