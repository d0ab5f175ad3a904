using System.Buffers.Binary;
using System.Diagnostics;
using Urma.Net.Loopback.Tests.Processes;
using Urma.Net.Verbs.Tests.Pairs;

namespace Urma.Net.Verbs.Tests.Far;

/// <summary>Two .NET processes on two machines. One peer serves all tests but those that end it.</summary>
[Trait("Needs", "RdmaPeer")]
public sealed class FarPeerTests(FarPeer peer) : IClassFixture<FarPeer>, IDisposable
{
    private const int Half = 32 << 10;

    // A peer that died is lost at once, one behind a dead link after VerbsContextOptions.SilenceBound.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly UrmaContext _context = new VerbsHarness().Open();

    public void Dispose() => _context.Dispose();

    [Fact]
    public void Messages_both_ways()
    {
        using var end = new Endpoint(_context, new EndpointShape { MemoryLength = 2 * Half });
        using TargetJetty target = Reach(end, peer, "messages");
        foreach (int length in new[] { 1, 64, 4097, 30_000 })
        {
            end.Memory.AsSpan(0, length).Fill((byte)length);
            _ = peer.Ask($"offer id=messages count=1 length={Half}");
            end.Succeed(WorkRequest.Send(target, end.Memory.Range(0, length)));
            PeerReply received = peer.Ask("receive id=messages");
            Assert.Equal((length, (byte)length), ((int)received.Number("bytes"), (byte)received.Number("first")));

            end.PostReceive(Half, Half);
            end.Memory.AsSpan(Half, Half).Clear();
            _ = peer.Ask($"send id=messages to=back length={length}");
            Assert.Equal(length, end.ReceiveJfc.NextSuccess().ByteCount);
            Assert.Equal(-1, end.Memory.AsSpan(Half, length).IndexOfAnyExcept((byte)length));
            Assert.Equal(0, end.Memory.AsSpan()[Half + length]);
        }
    }

    [Fact]
    public void Each_others_memory()
    {
        using var end = new Endpoint(_context);
        PeerReply segment = peer.Ask("segment id=memory length=65536");
        using TargetSegment memory = _context.ImportSegment(segment.Segment(), segment.Token());
        Pattern.Fill(end.Memory.AsSpan(0, 20_000), 5);

        end.Succeed(WorkRequest.Write(end.Memory.Range(0, 20_000), memory.At(4096)));
        end.Memory.AsSpan(0, 20_000).Clear();
        end.Succeed(WorkRequest.Read(end.Memory.Range(0, 20_000), memory.At(4096)));
        Pattern.Verify(end.Memory.AsSpan(0, 20_000), 5);

        SegmentRange old = end.Memory.Range(0, 8);
        end.Succeed(WorkRequest.CompareSwap(old, memory.At(0), 0, 40));
        end.Succeed(WorkRequest.FetchAdd(old, memory.At(0), 2));
        Assert.Equal(40ul, BinaryPrimitives.ReadUInt64LittleEndian(end.Memory.AsSpan()));
        end.Succeed(WorkRequest.Atomic(Opcode.FetchXor, old, memory.At(0), 1));
        Assert.Equal(42ul, BinaryPrimitives.ReadUInt64LittleEndian(end.Memory.AsSpan()));
        end.Succeed(WorkRequest.Atomic(Opcode.FetchAdd, end.Memory.Range(0, 4), memory.At(0), 9));
        Assert.Equal(43 + 9, peer.Ask("sum id=memory offset=0 length=8").Number("sum"));

        end.Memory.AsSpan(0, 3000).Fill(3);
        end.Succeed(WorkRequest.WriteNotify(end.Memory.Range(0, 3000), memory.At(30_000), memory.At(40_000), 200));
        Assert.Equal(9000, peer.Ask("sum id=memory offset=30000 length=3000").Number("sum"));
        Assert.Equal(200, peer.Ask("sum id=memory offset=40000 length=8").Number("sum"));

        _ = peer.Ask("jetty id=writer");
        _ = peer.Ask($"import id=ours descriptor={Convert.ToHexString(end.Memory.Descriptor.ToArray())} token={end.Memory.Token.Value}");
        Assert.Equal("Success", peer.Ask("write id=writer to=ours offset=50000 length=5000 value=77")["status"]);
        Assert.Equal(-1, end.Memory.AsSpan(50_000, 5000).IndexOfAnyExcept((byte)77));
        end.Memory.AsSpan(0, 8).Clear();
        _ = peer.Ask("add id=writer to=ours count=20");
        Assert.Equal(20ul, BinaryPrimitives.ReadUInt64LittleEndian(end.Memory.AsSpan()));

        // The end of a grant reaches the other machine; an owner does not wait for ever for the word of an emulated one.
        _ = peer.Ask("revoke id=memory");
        Assert.True(SpinWait.SpinUntil(() => memory.IsRevoked, TimeSpan.FromSeconds(10)));
        end.Fail(WorkRequest.Write(end.Memory.Range(0, 8), memory.At(0)), CompletionStatus.RemoteAccessAbort);
        end.Memory.Revoke();
        Assert.Equal("RemoteAccessAbort", peer.Ask("write id=writer to=ours offset=0 length=8 value=1")["status"]);
    }

    [Fact]
    public void A_wrong_token_opens_nothing()
    {
        PeerReply segment = peer.Ask("segment id=closed length=4096");
        PeerReply jetty = peer.Ask("jetty id=closed");
        UrmaException error = Assert.Throws<UrmaException>(() => _context.ImportSegment(segment.Segment(), new Token(segment.Token().Value ^ 1)));
        Assert.Equal(UrmaStatus.OperationNotPermitted, error.Status);
        error = Assert.Throws<UrmaException>(() => _context.ImportJetty(jetty.Jetty(), new Token(jetty.Token().Value ^ 1)));
        Assert.Equal(UrmaStatus.OperationNotPermitted, error.Status);
        _context.ImportSegment(segment.Segment(), segment.Token()).Dispose();
    }

    [Fact]
    public void A_killed_process_is_named_by_what_it_owed()
    {
        using var victim = new FarPeer();
        using var end = new Endpoint(_context);
        using TargetJetty target = Reach(end, victim, "doomed");
        using TargetSegment memory = _context.ImportSegment(victim.Ask("segment id=memory length=4096") is var segment ? segment.Segment() : default, segment.Token());
        end.Succeed(WorkRequest.Write(end.Memory.Range(0, 8), memory.At(0)));
        var lost = new TaskCompletionSource<PeerLostEventArgs>();
        _context.PeerLost += (_, e) => lost.TrySetResult(e);
        for (ulong i = 0; i < 3; i++)
        {
            // There is no receive for them.
            Assert.Equal(UrmaStatus.Success, end.Jetty.Post(WorkRequest.Send(target, end.Memory.Range(0, 8), i)));
        }

        victim.Kill();

        Assert.True(lost.Task.Wait(Soon), "The loss was not told.");
        Assert.Equal(victim.ProcessId, lost.Task.Result.ProcessId);
        Assert.Equal([0ul, 1, 2], end.SendJfc.Take(3).Select(static c =>
        {
            Assert.NotEqual(CompletionStatus.Success, c.Status);
            return c.UserContext;
        }));
        Assert.Contains($"process {victim.ProcessId}", target.Fault, StringComparison.Ordinal);
        Assert.True(memory.IsRevoked);
        Assert.NotEqual(CompletionStatus.Success, end.Execute(WorkRequest.Write(end.Memory.Range(0, 8), memory.At(0))).Status);
        Assert.Throws<UrmaException>(() => _context.ImportJetty(target.Descriptor, default));

        // Others go on.
        Messages_both_ways();
    }

    [Fact]
    public void A_link_that_goes_down_holds_work_up_or_fails_it_and_up_again_both_carry_on()
    {
        // Seven retries are for ever to soft-RoCE.
        UrmaDevice device = VerbsProvider.Instance.GetDevices().First(static d => d.Name == VerbsProgram.Device);
        using VerbsContext impatient = VerbsProvider.Instance.Open(device, null, new VerbsContextOptions { RetryCount = 3 });
        using var failing = new Endpoint(impatient);
        using var waiting = new Endpoint(_context);
        using TargetJetty target = Reach(failing, peer, "cut");
        PeerReply segment = peer.Ask("segment id=cut length=4096");
        using TargetSegment memory = impatient.ImportSegment(segment.Segment(), segment.Token());
        using TargetSegment same = _context.ImportSegment(segment.Segment(), segment.Token());
        waiting.Succeed(WorkRequest.Write(waiting.Memory.Range(0, 8), same.At(0)));
        var patience = Stopwatch.StartNew();
        CutTheirLink();
        CompletionStatus status = CompletionStatus.Success;
        while (status == CompletionStatus.Success && patience.Elapsed < Soon)
        {
            status = failing.Execute(WorkRequest.Write(failing.Memory.Range(0, 8), memory.At(0))).Status;
        }

        Assert.Equal(CompletionStatus.AckTimeout, status);
        waiting.Succeed(WorkRequest.Write(waiting.Memory.Range(0, 8), same.At(0)));

        // Shorter than the silence after which the peer counts as gone: the same imports serve, by a new connection.
        while (status == CompletionStatus.AckTimeout && patience.Elapsed < Bounds.Scenario)
        {
            Thread.Sleep(100);
            status = failing.Execute(WorkRequest.Write(failing.Memory.Range(0, 8), memory.At(8))).Status;
        }

        Assert.Equal(CompletionStatus.Success, status);
        _ = peer.Ask("offer id=cut count=1");
        failing.Succeed(WorkRequest.Send(target, failing.Memory.Range(0, 8)));
        Assert.Equal("Success", peer.Ask("receive id=cut")["status"]);
    }

    private static TargetJetty Reach(Endpoint end, FarPeer peer, string name)
    {
        PeerReply jetty = peer.Ask($"jetty id={name}");
        _ = peer.Ask($"reach id=back descriptor={Convert.ToHexString(end.Jetty.Descriptor.ToArray())} token={end.Jetty.Token.Value}");
        return end.Context.ImportJetty(jetty.Jetty(), jetty.Token());
    }

    // For three seconds, soon: the word to do so goes the same way.
    private static void CutTheirLink()
    {
        const string cut = "device=$(basename /sys/class/net/e*); (sleep 1; ip link set $device down; sleep 3; ip link set $device up) </dev/null >/dev/null 2>&1 &";
        FarPeer.Run("sh", "-c", cut);
    }
}
