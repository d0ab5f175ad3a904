using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Urma.Net.Verbs.Tests.Control;

namespace Urma.Net.Verbs.Tests.Pairs;

/// <summary>Jetties against the distribution's own programs, unmodified. Every message's bytes are looked at.</summary>
[Trait("Needs", "Rdma")]
public sealed class PingPongTests
{
    // It receives into the buffer it sends: what comes back is what it got.
    private const string Said = "iters in";
    private const int Receives = 32;

    private readonly VerbsHarness _harness = new();

    [SkippableTheory]
    [InlineData(1, 1000, 1024, "")]
    [InlineData(64, 1000, 1024, "-e")]
    [InlineData(1024, 200, 1024, "")]
    [InlineData(4097, 200, 1024, "-e")]
    [InlineData(4096, 100, 512, "-r 3 -N")]
    [InlineData(1_000_000, 20, 4096, "")]
    public void Server_and_our_client(int size, int count, int mtu, string options)
    {
        int port = Ports.Free();
        using VerbsProgram server = VerbsProgram.Installed("ibv_rc_pingpong", Arguments(port, size, count, mtu, options));
        using UrmaContext context = _harness.Open();
        using Endpoint end = Make(context, size, TransportMode.ReliableMessage);
        using VerbsPair pair = VerbsPair.Open(end.Jetty, new VerbsPairOptions { Mtu = mtu });
        TargetJetty target = pair.Connect(PingPongWire.AskServer(port, pair.Local));

        Play(end, target, size, count, isFirst: true);

        Assert.Contains($"{count} {Said}", server.End(), StringComparison.Ordinal);
        Assert.Null(pair.Fault);
    }

    /// <summary>Its queue pair allows no writes: one that nobody asked for, to keep requests in order, would end the connection.</summary>
    [SkippableFact]
    public void Refused_requests_between_others_write_nothing()
    {
        const int size = 64;
        const int count = 20;
        int port = Ports.Free();
        using VerbsProgram server = VerbsProgram.Installed("ibv_rc_pingpong", Arguments(port, size, count, 1024, string.Empty));
        using UrmaContext context = _harness.Open();
        using Endpoint end = Make(context, size, TransportMode.ReliableMessage);
        using VerbsPair pair = VerbsPair.Open(end.Jetty, new VerbsPairOptions { Mtu = 1024 });
        TargetJetty target = pair.Connect(PingPongWire.AskServer(port, pair.Local));
        using TargetSegment memory = pair.ImportSegment(new VerbsPairMemory(4096, 1, 4096));
        for (ulong i = 0; i < count; i++)
        {
            WorkRequest[] requests =
            [
                WorkRequest.Send(target, end.Memory.Range(0, size), i),
                WorkRequest.Atomic(Opcode.FetchXor, end.Memory.Range(0, 8), memory.At(0), 1, 1000 + i),
            ];
            Assert.Equal(UrmaStatus.Success, end.Jetty.Post(requests, out _));
            Assert.Equal(
                [(i, CompletionStatus.Success), (1000 + i, CompletionStatus.RemoteUnsupportedRequest)],
                end.SendJfc.Take(2).Select(static c => (c.UserContext, c.Status)));
            _ = end.ReceiveJfc.NextSuccess();
        }

        Assert.Contains($"{count} {Said}", server.End(), StringComparison.Ordinal);
        Assert.Null(pair.Fault);
    }

    [SkippableTheory]
    [InlineData("ibv_rc_pingpong", 64, 1000, 1024, "")]
    [InlineData("ibv_rc_pingpong", 10_000, 200, 2048, "-e")]
    [InlineData("ibv_rc_pingpong", 1, 300, 256, "-e")]
    [InlineData("ibv_uc_pingpong", 64, 200, 1024, "")]
    public void Client_and_our_server(string program, int size, int count, int mtu, string options)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using UrmaContext context = _harness.Open();
        using Endpoint end = Make(context, size, program.Contains("uc", StringComparison.Ordinal) ? TransportMode.UnreliableMessage : TransportMode.ReliableConnection);
        using VerbsPair pair = VerbsPair.Open(end.Jetty, new VerbsPairOptions { Mtu = mtu });
        using VerbsProgram client = VerbsProgram.Installed(program, $"{Arguments(port, size, count, mtu, options)} 127.0.0.1");
        Task<Socket> accepted = listener.AcceptSocketAsync();
        Assert.True(accepted.Wait(Bounds.Operation), "The client did not come.");
        using Socket socket = accepted.Result;
        TargetJetty? target = null;
        PingPongWire.AnswerClient(socket, pair.Local, remote => target = pair.Connect(remote));

        Play(end, target!, size, count, isFirst: false);

        Assert.Contains($"{count} {Said}", client.End(), StringComparison.Ordinal);
    }

    // The program finds no GID by itself, and takes the same one as the provider.
    private static string Arguments(int port, int size, int count, int mtu, string options) =>
        string.Create(CultureInfo.InvariantCulture, $"-p {port} -s {size} -n {count} -m {mtu} -g {(VerbsHarness.IsSoftRoce ? 1 : 0)} {options}");

    private static Endpoint Make(UrmaContext context, int size, TransportMode mode)
    {
        var end = new Endpoint(context, new EndpointShape { MemoryLength = (Receives + 1L) * size, ReceiveDepth = Receives, SendDepth = 4, Mode = mode });
        for (int i = 0; i < Receives; i++)
        {
            Assert.Equal(UrmaStatus.Success, end.Jetty.PostReceive(new ReceiveRequest(end.Memory.Range((1L + i) * size, size), (ulong)i)));
        }

        return end;
    }

    private static void Play(Endpoint end, TargetJetty target, int size, int count, bool isFirst)
    {
        for (int i = 0; i < count; i++)
        {
            if (isFirst)
            {
                Send(end, target, size, i);
            }

            ReceiveCompletion received = end.ReceiveJfc.NextReceive();
            Assert.Equal((CompletionStatus.Success, (long)size), (received.Completion.Status, received.Completion.ByteCount));
            Assert.Equal((0u, target.Descriptor.JettyId), (received.SourceUasid, received.SourceJettyId));
            SegmentRange buffer = end.Memory.Range((1 + (long)received.Completion.UserContext) * size, size);
            if (isFirst || i > 0)
            {
                Pattern.Verify(end.Memory.AsSpan((1 + (long)received.Completion.UserContext) * size, size), (ulong)(isFirst ? i : i - 1));
            }

            Assert.Equal(UrmaStatus.Success, end.Jetty.PostReceive(new ReceiveRequest(buffer, received.Completion.UserContext)));
            if (!isFirst)
            {
                Send(end, target, size, i);
            }
        }
    }

    private static void Send(Endpoint end, TargetJetty target, int size, int round)
    {
        Pattern.Fill(end.Memory.AsSpan(0, size), (ulong)round);
        Assert.Equal(UrmaStatus.Success, end.Jetty.Post(WorkRequest.Send(target, end.Memory.Range(0, size), (ulong)round)));
        Assert.Equal((ulong)round, end.SendJfc.NextSuccess().UserContext);
    }
}
