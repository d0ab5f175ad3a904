using System.Net;
using Urma.Net.Verbs.Control;
using Urma.Net.Verbs.Tests.Control;

namespace Urma.Net.Verbs.Tests;

/// <summary>Whoever says that he is somebody else harms nothing of that other's by leaving.</summary>
[Trait("Needs", "Rdma")]
public sealed class FalseNameTests
{
    private readonly VerbsHarness _harness = new();

    [Fact]
    public async Task A_peer_is_not_lost_because_somebody_left_in_its_name()
    {
        using UrmaContext context = _harness.Open();
        using UrmaContext other = _harness.Open();
        using Segment memory = other.AllocateSegment(4096);
        using TargetSegment target = context.ImportSegment(memory.Descriptor, memory.Token);
        string name = $"false.{Environment.ProcessId}";
        using MessageListener listener = MessageChannel.Listen(other, name);
        Task<MessageChannel> accepting = listener.AcceptAsync();
        using MessageChannel here = await MessageChannel.ConnectAsync(context, name);
        using MessageChannel there = await accepting.WaitAsync(Bounds.Scenario);
        GlobalAddress place = target.GlobalAddress;
        context.Global.Store(place, 1UL);
        var lost = new List<PeerLostEventArgs>();
        context.PeerLost += (_, args) =>
        {
            lock (lost)
            {
                lost.Add(args);
            }
        };
        using (var impostor = new RawClient(PlaceOf(context)))
        {
            impostor.Send(RawClient.HelloAs(new EngineIdentity(other.Eid, other.Uasid, Environment.ProcessId, 4711, "impostor")));
            Assert.Equal(HelloVerdict.Welcome, impostor.ReceiveHello().Verdict);
        }

        Engine.Until(
            () =>
            {
                lock (lost)
                {
                    return lost.Count != 0;
                }
            },
            "the impostor's leaving is seen");
        PeerLostEventArgs args = Assert.Single(lost);
        Assert.Equal((other.Eid, other.Uasid, false), (args.Eid, args.Uasid, args.IsConfirmed));
        context.Global.Store(place, 2UL);
        Assert.Equal(2UL, context.Global.Load<ulong>(place));
        Assert.True(here.TrySend([42]));
        using MessageLease message = await there.ReceiveAsync().AsTask().WaitAsync(Bounds.Scenario);
        Assert.Equal([42], message.Span.ToArray());
    }

    private static IPEndPoint PlaceOf(UrmaContext context)
    {
        Span<byte> bytes = stackalloc byte[Eid.Size];
        context.Eid.WriteTo(bytes);
        var address = new IPAddress(bytes);
        return new IPEndPoint(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, (int)context.Uasid);
    }
}
