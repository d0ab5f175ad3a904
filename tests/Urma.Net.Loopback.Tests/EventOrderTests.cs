using Urma.Net.Providers.Loopback;

namespace Urma.Net.Loopback.Tests;

/// <summary>Events of several JFCs on one channel.</summary>
public sealed class EventOrderTests() : ConformanceSuite(new LoopbackHarness())
{
    private static readonly int[] Order = [4, 1, 5, 0, 2, 3];

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(6)]
    public void Events_are_taken_in_the_order_in_which_they_came(int room)
    {
        UrmaContext context = Open();
        Jfce jfce = Own(context.CreateJfce());
        Endpoint[] endpoints = [.. Order.Select(_ => Own(new Endpoint(context, new EndpointShape { Jfce = jfce })))];
        Endpoint sender = NewEndpoint();
        TargetJetty[] targets = [.. endpoints.Select(sender.Reach)];
        for (int round = 0; round < 20; round++)
        {
            foreach (Endpoint endpoint in endpoints)
            {
                endpoint.PostReceive(0, 64);
                endpoint.ReceiveJfc.Rearm();
            }

            foreach (int number in Order)
            {
                sender.Succeed(WorkRequest.Send(targets[number], sender.Memory.Range(0, 8)));
            }

            var taken = new List<Jfc>();
            var ready = new Jfc[room];
            while (taken.Count < Order.Length)
            {
                int count = jfce.Wait(ready, Bounds.Operation);
                Assert.True(count > 0, "An event was lost.");
                taken.AddRange(ready.Take(count));
            }

            Assert.Equal(Order, taken.Select(jfc => Array.FindIndex(endpoints, endpoint => endpoint.ReceiveJfc == jfc)));
            foreach (Endpoint endpoint in endpoints)
            {
                endpoint.ReceiveJfc.NextSuccess();
            }
        }
    }

    /// <summary>A peer may answer before the request that it answers is marked complete: the poster may be stopped in between.</summary>
    [Fact]
    public void A_request_comes_before_its_answer()
    {
        UrmaContext context = Open();
        Jfce jfce = Own(context.CreateJfce());
        using var answered = new Endpoint(context, new EndpointShape { Jfce = jfce });
        var requests = (LoopbackJfc)Own(context.CreateJfc(new JfcOptions { Jfce = jfce }));
        var ring = new PrivateRing(8, requests.Doorbell, onDetached: null);
        requests.Attach(ring);
        requests.Rearm();
        answered.SendJfc.Rearm();

        ring.BeginCarryingOut();
        answered.Post(WorkRequest.Nop(1));
        ring.Push(2, 0, CompletionStatus.Success, CompletionFlags.None, (byte)Opcode.Send);

        var ready = new Jfc[2];
        Assert.Equal(2, jfce.Wait(ready, Bounds.Operation));
        Assert.Equal([requests, answered.SendJfc], ready);
        requests.Dispose();
        ring.Free();
    }
}
