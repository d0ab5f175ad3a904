namespace Urma.Net.Conformance;

/// <summary>Lists of messages: a provider may send them in any way it likes, and nobody may notice.</summary>
public abstract class ListSuite(ProviderHarness harness) : ConformanceSuite(harness)
{
    private const int Slots = 64;
    private const int Stride = 64;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Lists_of_any_mixture_arrive_one_by_one(int seed)
    {
#pragma warning disable CA5394 // repeatable, not secret
        var random = new Random(seed);
        var shape = new EndpointShape { MemoryLength = 2 * Slots * Stride, ReceiveDepth = Slots, SendDepth = Slots };
        Endpoint sender = NewEndpoint(shape);
        Endpoint[] receivers = [NewEndpoint(shape), NewEndpoint(shape)];
        TargetJetty[] targets = [.. receivers.Select(sender.Reach)];

        for (int round = 0; round < 300; round++)
        {
            int count = random.Next(1, Slots / 2);
            Message[] list = [.. Enumerable.Range(0, count).Select(i => NewMessage(random, i, round))];
            int[][] rooms = [.. receivers.Select((receiver, i) => Offer(receiver, random, list.Count(m => m.Target == i)))];
            WorkRequest[] requests = [.. list.Select(m => ToRequest(sender, targets, m))];

            Assert.Equal(UrmaStatus.Success, sender.Jetty.Post(requests, out int posted));
            Assert.Equal(count, posted);

            CheckSender(sender, list, rooms);
            for (int i = 0; i < receivers.Length; i++)
            {
                CheckReceiver(sender, receivers[i], [.. list.Where(m => m.Target == i)], rooms[i], random.Next(1, 9));
            }
        }
#pragma warning restore CA5394
    }

    [Fact]
    public void A_list_longer_than_the_posted_receives_waits_for_the_rest()
    {
        const int Count = 24;
        var shape = new EndpointShape { MemoryLength = 2 * Slots * Stride, ReceiveDepth = Slots, SendDepth = Slots };
        Endpoint sender = NewEndpoint(shape);
        Endpoint receiver = NewEndpoint(shape);
        TargetJetty target = sender.Reach(receiver);
        for (int ready = 0; ready <= Count; ready++)
        {
            Pattern.Fill(sender.Memory.AsSpan(0, Count * 8), (ulong)ready);
            WorkRequest[] requests = [.. Enumerable.Range(0, Count).Select(i => WorkRequest.Send(target, sender.Memory.Range(i * 8, 8), (ulong)i))];
            PostReceives(receiver, 0, ready);

            Assert.Equal(UrmaStatus.Success, sender.Jetty.Post(requests, out int posted));
            Assert.Equal(Count, posted);
            PostReceives(receiver, ready, Count - ready);

            Assert.Equal(Enumerable.Range(0, Count).Select(i => (ulong)i), sender.SendJfc.Take(Count).Select(c => c.UserContext));
            Completion[] received = receiver.ReceiveJfc.Take(Count);
            for (int i = 0; i < Count; i++)
            {
                Assert.Equal((CompletionStatus.Success, (ulong)i, 8L), (received[i].Status, received[i].UserContext, received[i].ByteCount));
                Assert.True(
                    sender.Memory.AsSpan(i * 8, 8).SequenceEqual(receiver.Memory.AsSpan(i * Stride, 8)),
                    $"Message {i} of {Count}, {ready} of which found a receive, has other bytes.");
            }
        }
    }

    [Fact]
    public void An_invalid_request_ends_a_list_and_what_came_before_arrives()
    {
        var shape = new EndpointShape { MemoryLength = 2 * Slots * Stride, ReceiveDepth = Slots, SendDepth = Slots };
        Endpoint sender = NewEndpoint(shape);
        Endpoint receiver = NewEndpoint(shape);
        TargetJetty target = sender.Reach(receiver);
        for (int wrong = 0; wrong < 20; wrong++)
        {
            PostReceives(receiver, 0, 20);
            WorkRequest[] requests = [.. Enumerable.Range(0, 20).Select(i => WorkRequest.Send(target, sender.Memory.Range(i * 8, 8), (ulong)i))];
            requests[wrong] = WorkRequest.Send(target, new SegmentRange(sender.Memory.Address, 8, 0xDEAD_BEEF), 99);

            _ = sender.Jetty.Post(requests, out int posted);

            // Refused while posting, or by a completion that says so: no other message is harmed.
            Completion[] sent = sender.SendJfc.Take(posted);
            ulong[] failed = [.. sent.Where(c => c.Status != CompletionStatus.Success).Select(c => c.UserContext)];
            Assert.Equal(posted == wrong ? [] : [99ul], failed);
            int good = posted - failed.Length;
            foreach (Completion received in receiver.ReceiveJfc.Take(good))
            {
                Assert.Equal((CompletionStatus.Success, 8L), (received.Status, received.ByteCount));
            }

            WorkRequest[] rest = [.. Enumerable.Range(good, 20 - good).Select(i => WorkRequest.Send(target, sender.Memory.Range(i * 8, 8)))];
            Assert.Equal(UrmaStatus.Success, sender.Jetty.Post(rest, out _));
            _ = sender.SendJfc.Take(rest.Length);
            _ = receiver.ReceiveJfc.Take(rest.Length);
        }
    }

#pragma warning disable CA5394 // repeatable, not secret
    private static Message NewMessage(Random random, int index, int round) => new(
        Target: random.Next(8) == 0 ? 1 : 0,
        Length: random.Next(4) switch { 0 => 8, 1 => random.Next(9), 2 => random.Next(33), _ => random.Next(41) },
        Offset: index * Stride,
        Seed: ((ulong)round << 8) | (uint)index,
        IsSignaled: random.Next(4) != 0,
        IsSolicited: random.Next(5) == 0,
        Immediate: random.Next(6) == 0 ? (ulong)random.NextInt64() : null);

    // One receive for each message that comes, now and then with too little room.
    private static int[] Offer(Endpoint receiver, Random random, int count)
    {
        int[] rooms = [.. Enumerable.Range(0, count).Select(_ => random.Next(6) == 0 ? random.Next(40) : Stride)];
        receiver.Memory.AsSpan().Fill(0x5A);
        for (int i = 0; i < count; i++)
        {
            receiver.PostReceive(i * Stride, rooms[i], (ulong)i);
        }

        return rooms;
    }
#pragma warning restore CA5394

    private static WorkRequest ToRequest(Endpoint sender, TargetJetty[] targets, Message message)
    {
        Pattern.Fill(sender.Memory.AsSpan(message.Offset, message.Length), message.Seed);
        SegmentRange payload = sender.Memory.Range(message.Offset, message.Length);
        WorkRequest request = message.Immediate is { } immediate
            ? WorkRequest.SendImmediate(targets[message.Target], payload, immediate, message.Seed)
            : WorkRequest.Send(targets[message.Target], payload, message.Seed);
        request.Flags |= message.IsSolicited ? WorkRequestFlags.Solicited : WorkRequestFlags.None;
        return message.IsSignaled ? request : request.Unsignaled();
    }

    private void CheckSender(Endpoint sender, Message[] list, int[][] rooms)
    {
        int[] next = new int[rooms.Length];
        var expected = new List<(int Target, ulong UserContext, CompletionStatus Status)>();
        foreach (Message message in list)
        {
            bool fits = message.Length <= rooms[message.Target][next[message.Target]++];
            if (!fits || message.IsSignaled)
            {
                expected.Add((message.Target, message.Seed, fits ? CompletionStatus.Success : Harness.TooLongStatus));
            }
        }

        var targets = list.ToDictionary(m => m.Seed, m => m.Target);
        (int Target, ulong UserContext, CompletionStatus Status)[] actual =
            [.. sender.SendJfc.Take(expected.Count).Select(c => (targets[c.UserContext], c.UserContext, c.Status))];
        if (!Harness.CompletesTargetsInOrder)
        {
            // Each target's by themselves.
            expected = [.. expected.OrderBy(e => e.Target)];
            actual = [.. actual.OrderBy(a => a.Target)];
        }

        Assert.Equal(expected, actual);
        sender.SendJfc.AssertEmpty();
    }

    private void CheckReceiver(Endpoint sender, Endpoint receiver, Message[] list, int[] rooms, int atOnce)
    {
        var received = new List<ReceiveCompletion>();
        Span<ReceiveCompletion> some = new ReceiveCompletion[atOnce];
        while (received.Count < list.Length)
        {
            int count = receiver.ReceiveJfc.Wait(some, Bounds.Operation);
            Assert.True(count > 0, $"Only {received.Count} of {list.Length} messages came.");
            received.AddRange(some[..count]);
        }

        for (int i = 0; i < list.Length; i++)
        {
            Message message = list[i];
            bool fits = message.Length <= rooms[i];
            Completion completion = received[i].Completion;
            Assert.Equal((ulong)i, completion.UserContext);
            Assert.Equal(fits ? CompletionStatus.Success : CompletionStatus.LocalLengthError, completion.Status);
            Assert.Equal(fits ? message.Length : 0, completion.ByteCount);
            Assert.Equal((sender.Context.Uasid, sender.Jetty.Id), (received[i].SourceUasid, received[i].SourceJettyId));
            int untouched = fits ? message.Length : 0;
            Assert.Equal(-1, receiver.Memory.AsSpan((i * Stride) + untouched, Stride - untouched).IndexOfAnyExcept((byte)0x5A));
            if (fits)
            {
                Pattern.Verify(receiver.Memory.AsSpan(i * Stride, message.Length), message.Seed);
                Assert.Equal(message.IsSolicited && Harness.ReportsSolicited, completion.Flags.HasFlag(CompletionFlags.Solicited));
                Assert.Equal(message.Immediate is not null, completion.Flags.HasFlag(CompletionFlags.Immediate));
                Assert.Equal(message.Immediate ?? 0, received[i].Immediate);
                Assert.Equal(message.Immediate is null ? ReceiveOpcode.Send : ReceiveOpcode.SendWithImmediate, received[i].Opcode);
            }
        }

        receiver.ReceiveJfc.AssertEmpty();
    }

    private static void PostReceives(Endpoint receiver, int first, int count)
    {
        for (int i = first; i < first + count; i++)
        {
            receiver.PostReceive(i * Stride, Stride, (ulong)i);
        }
    }

    private sealed record Message(int Target, int Length, int Offset, ulong Seed, bool IsSignaled, bool IsSolicited, ulong? Immediate);
}
