using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Urma.Net.Verbs.Control;

namespace Urma.Net.Verbs.Tests.Control;

/// <summary>Whoever talks nonsense, too much or too little harms its own connection and nobody else.</summary>
public sealed class HostilePeerTests
{
    public static TheoryData<string, byte[]> Nonsense => new()
    {
        { "no frame", [.. Enumerable.Repeat((byte)0xFF, 64)] },
        { "no frame", RawClient.Frame((ControlMessage)1, (FrameKind)3, 1, []) },
        { "no frame", RawClient.Frame(ControlMessage.ReleaseSegment, FrameKind.Notice, 1, new byte[8]) },
        { "no frame", [.. BitConverter.GetBytes(FrameHeader.MaximumPayload + 1), .. new byte[12]] },
        { "no frame", [.. BitConverter.GetBytes(-1), .. new byte[12]] },
        { "makes no sense", RawClient.Frame((ControlMessage)999, FrameKind.Request, 1, new byte[100]) },
        { "makes no sense", RawClient.Frame(ControlMessage.PublishName, FrameKind.Request, 1, new byte[100]) },
        { "makes no sense", RawClient.Frame(ControlMessage.ImportSegment, FrameKind.Request, 1, new byte[11]) },
        { "makes no sense", RawClient.Frame(ControlMessage.ImportSegment, FrameKind.Request, 1, new byte[13]) },
        { "makes no sense", RawClient.Frame(ControlMessage.ImportSegment, FrameKind.Notice, 0, new byte[12]) },
        { "makes no sense", RawClient.Frame(ControlMessage.ReleaseSegment, FrameKind.Request, 1, new byte[8]) },
        { "makes no sense", RawClient.Frame(ControlMessage.ConnectLane, FrameKind.Request, 1, new byte[56]) },
        { "makes no sense", RawClient.Frame(ControlMessage.ExecuteAtomic, FrameKind.Request, 1, [.. Enumerable.Repeat((byte)0x22, 38)]) },
        { "nobody had asked", RawClient.Frame(ControlMessage.ImportSegment, FrameKind.Answer, 77, new byte[28]) },
    };

    [Theory]
    [MemberData(nameof(Nonsense))]
    public void Nonsense_ends_its_connection_alone(string reason, byte[] bytes)
    {
        using var engine = new Engine();
        using var honest = new Engine();
        honest.Import(engine);
        using RawClient hostile = RawClient.Welcomed(engine);
        hostile.Send(bytes);
        hostile.ExpectEnd();
        Engine.Until(() => !engine.Lost.IsEmpty, "the hostile peer is lost");
        Assert.Contains(reason, Assert.Single(engine.Lost).Peer.Fault, StringComparison.Ordinal);
        Assert.Equal(4103, honest.Import(engine).Length);
    }

    [Fact]
    public void Random_bytes_never_end_the_service()
    {
        using var engine = new Engine();
        var random = new Random(5);
        for (int i = 0; i < 200; i++)
        {
            using RawClient hostile = i % 4 == 0 ? new RawClient(engine) : RawClient.Welcomed(engine);
            byte[] bytes = new byte[random.Next(1, 3000)];
            random.NextBytes(bytes);
            if (i % 2 == 0)
            {
                // A header that is one, before a payload that is none.
                int length = Math.Min(bytes.Length, 200);
                bytes = RawClient.Frame((ControlMessage)random.Next(1, 40), (FrameKind)random.Next(2), 1, bytes[..length]);
            }

            _ = hostile.TrySend(bytes);
        }

        using var honest = new Engine();
        Assert.Equal(4103, honest.Import(engine).Length);
    }

    [Fact]
    public void Whoever_is_no_engine_is_not_let_in()
    {
        using var engine = new Engine();
        using var stranger = new RawClient(engine);
        stranger.Send(new byte[Hello.Size]);
        stranger.ExpectEnd();
        using var halfway = new RawClient(engine);
        halfway.Send(RawClient.HelloOf(Hello.CurrentVersion)[..64]);
        halfway.Dispose();
        Engine.Until(() => engine.Refused.Count == 2, "both are refused");
        Assert.Empty(engine.Heard);
    }

    [Fact]
    public void Another_version_is_refused_by_name_on_both_ends()
    {
        using var engine = new Engine();
        using var newer = new RawClient(engine);
        newer.Send(RawClient.HelloOf(Hello.CurrentVersion + 1));
        Hello answer = newer.ReceiveHello();
        Assert.Equal((HelloVerdict.OtherVersion, Hello.CurrentVersion), (answer.Verdict, answer.Version));
        newer.ExpectEnd();
        Engine.Until(() => !engine.Refused.IsEmpty, "the engine says whom it refused");
        Assert.Contains($"version {Hello.CurrentVersion + 1}", Assert.Single(engine.Refused), StringComparison.Ordinal);

        UrmaException error = ConnectTo(engine, RawClient.HelloOf(Hello.CurrentVersion + 1), Engine.Bound);
        Assert.Contains($"version {Hello.CurrentVersion + 1}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Owners_that_are_something_else_or_silent_are_named()
    {
        using var engine = new Engine();
        UrmaException other = ConnectTo(engine, [.. "HTTP/1.1 400 Bad Request\r\n\r\n"u8, .. new byte[Hello.Size]], Engine.Bound);
        Assert.Contains("not of Urma.Net", other.Message, StringComparison.Ordinal);
        UrmaException elsewhere = ConnectTo(engine, RawClient.HelloOf(Hello.CurrentVersion), Engine.Bound);
        Assert.Contains("another address", elsewhere.Message, StringComparison.Ordinal);
        UrmaException silent = ConnectTo(engine, [], TimeSpan.FromMilliseconds(200));
        Assert.Equal(UrmaStatus.TimedOut, silent.Status);
    }

    [Fact]
    public void Connections_that_say_nothing_are_closed_the_oldest_first_and_after_their_time()
    {
        using var engine = new Engine(new ControlOptions { MaximumSilent = 2, HelloTimeout = TimeSpan.FromSeconds(2) });
        using var first = new RawClient(engine);
        using var second = new RawClient(engine);
        using var third = new RawClient(engine);
        first.ExpectEnd();
        using (RawClient.Welcomed(engine))
        {
        }

        second.ExpectEnd();
        third.ExpectEnd();
    }

    [Fact]
    public void Too_many_connections_are_refused_by_name()
    {
        using var engine = new Engine(new ControlOptions { MaximumConnections = 1 });
        using RawClient there = RawClient.Welcomed(engine);
        using var other = new Engine();
        UrmaException full = Assert.Throws<UrmaException>(() => other.Connect(engine));
        Assert.Contains("too many connections", full.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_asks_faster_than_it_is_answered_is_cut()
    {
        using var engine = new Engine(new ControlOptions { QueuedRequests = 100 });
        using var release = new ManualResetEventSlim();
        engine.BeforeRequest = _ => release.Wait(Engine.Bound);
        using RawClient hostile = RawClient.Welcomed(engine);
        for (uint i = 1; i <= 200; i++)
        {
            _ = hostile.TrySend(RawClient.Import(i, Engine.Secret));
        }

        hostile.ExpectEnd();
        release.Set();
        Engine.Until(() => !engine.Lost.IsEmpty, "it is lost");
        Assert.Contains("faster", engine.Lost.First().Peer.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_does_not_read_is_cut()
    {
        using var engine = new Engine(new ControlOptions { QueuedBytes = 1000 });
        using RawClient hostile = RawClient.Welcomed(engine);
        byte[] pings = [.. Enumerable.Repeat(RawClient.Frame(ControlMessage.Ping, FrameKind.Request, 1, []), 1000).SelectMany(static f => f)];
        long end = Environment.TickCount64 + (long)Engine.Bound.TotalMilliseconds;
        while (hostile.TrySend(pings) && Environment.TickCount64 < end)
        {
        }

        Engine.Until(() => !engine.Lost.IsEmpty, "it is lost");
        Assert.Contains("does not read", engine.Lost.First().Peer.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_guesses_tokens_gets_slow_answers_and_then_none_and_nobody_else_waits()
    {
        using var engine = new Engine(new ControlOptions { MaximumRefusals = 8 });
        using var honest = new Engine();
        using RawClient hostile = RawClient.Welcomed(engine);
        long begin = Stopwatch.GetTimestamp();
        for (uint i = 1; i <= 8; i++)
        {
            hostile.Send(RawClient.Import(i, new Token(i)));
        }

        for (int i = 0; i < 100; i++)
        {
            honest.Import(engine);
        }

        for (uint i = 1; i <= 7; i++)
        {
            FrameHeader refusal = hostile.ReceiveFrame();
            Assert.Equal((i, UrmaStatus.OperationNotPermitted), (refusal.Id, refusal.Status));
        }

        // The fourth to the seventh wait for 10, 20, 40 and 80 ms.
        Assert.True(Stopwatch.GetElapsedTime(begin) >= TimeSpan.FromMilliseconds(150));
        hostile.ExpectEnd();
        Engine.Until(() => !engine.Lost.IsEmpty, "it is lost");
        Assert.Contains("8 wrong tokens", engine.Lost.First().Peer.Fault, StringComparison.Ordinal);

        // Connecting again does not help.
        using RawClient again = RawClient.Welcomed(engine);
        begin = Stopwatch.GetTimestamp();
        again.Send(RawClient.Import(1, new Token(1)));
        again.ReceiveFrame();
        Assert.True(Stopwatch.GetElapsedTime(begin) >= TimeSpan.FromMilliseconds(150));
    }

    // Connects the engine to somebody who sends these bytes.
    private static UrmaException ConnectTo(Engine engine, byte[] answer, TimeSpan timeout)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        uint port = (uint)((IPEndPoint)listener.LocalEndpoint).Port;
        using var ended = new ManualResetEventSlim();
        Task server = Task.Run(() =>
        {
            using Socket socket = listener.AcceptSocket();
            socket.Send(answer);
            ended.Wait(Engine.Bound);
        });
        UrmaException error = Assert.Throws<UrmaException>(() => engine.Plane.GetPeer(engine.Eid, port, timeout));
        ended.Set();
        Assert.True(server.Wait(Engine.Bound));
        return error;
    }
}
