using FsCheck;
using FsCheck.Fluent;

namespace Urma.Net.Loopback.Tests.Properties;

/// <summary>
/// Messages and receives against a model: the n-th message of a sender meets the receives in the order they were posted,
/// whatever the order of posting, sending and polling.
/// </summary>
public sealed class MatchingProperties
{
    private const int Slot = 128;
    private const int Depth = 8;

    private enum Kind
    {
        Send,
        Offer,
        PollSender,
        PollReceiver,
    }

    private static readonly Gen<Step> Steps =
        from kind in Gen.Frequency((4, Gen.Constant(Kind.Send)), (4, Gen.Constant(Kind.Offer)), (1, Gen.Constant(Kind.PollSender)), (1, Gen.Constant(Kind.PollReceiver)))
        from length in Gen.Elements(0, 1, 8, 31, 32, 33, 64, 100, 128)
        from sender in Gen.Choose(0, 2)
        select new Step(kind, length, sender);

    [Fact]
    public void One_sender_and_one_queue_behave_as_two_lists_zipped() => Property.Holds(
        Steps.ListOf().Select(steps => steps.ToArray()),
        steps => Run(steps, senders: 1),
        times: 60);

    [Fact]
    public void Several_senders_behave_as_an_interleaving_that_keeps_each_ones_order() => Property.Holds(
        Steps.ListOf().Select(steps => steps.ToArray()),
        steps => Run(steps, senders: 3),
        times: 60);

    private static void Run(Step[] steps, int senders)
    {
        var harness = new LoopbackHarness();
        using UrmaContext receiving = harness.Open();
        using var receiver = new Endpoint(receiving, new EndpointShape { ReceiveDepth = Depth, MemoryLength = 1 << 20 });
        Sender[] all = [.. Enumerable.Range(0, senders).Select(_ => new Sender(harness, receiver))];
        try
        {
            var offered = new List<int>();
            var received = new List<ReceiveCompletion>();
            foreach (Step step in steps)
            {
                Sender sender = all[step.Sender % senders];
                switch (step.Kind)
                {
                    case Kind.Send:
                        sender.TrySend(step.Length);
                        break;
                    case Kind.Offer when (offered.Count + 1) * Slot < receiver.Memory.Length:
                        var request = new ReceiveRequest(receiver.Memory.Range(offered.Count * Slot, step.Length), (ulong)offered.Count);
                        UrmaStatus status = receiver.Jetty.PostReceive(in request);
                        Assert.Equal(offered.Count - received.Count == Depth ? UrmaStatus.TryAgain : UrmaStatus.Success, status);
                        if (status == UrmaStatus.Success)
                        {
                            offered.Add(step.Length);
                        }

                        break;
                    case Kind.PollSender:
                        sender.Poll();
                        break;
                    case Kind.PollReceiver:
                        var one = new ReceiveCompletion[1];
                        received.AddRange(one.AsSpan(0, receiver.ReceiveJfc.Poll(one)));
                        break;
                }
            }

            Finish(receiver, all, offered, received);
            Check(receiver, all, offered, received);
        }
        finally
        {
            foreach (Sender sender in all)
            {
                sender.Dispose();
            }
        }
    }

    // What can be matched is matched, without another post of either side.
    private static void Finish(Endpoint receiver, Sender[] all, List<int> offered, List<ReceiveCompletion> received)
    {
        int matched = Math.Min(offered.Count, all.Sum(sender => sender.Lengths.Count));
        while (received.Count < matched)
        {
            received.Add(receiver.ReceiveJfc.NextReceive());
        }

        receiver.ReceiveJfc.AssertEmpty();
        Threads.Until(
            () =>
            {
                Array.ForEach(all, sender => sender.Poll());
                return all.Sum(sender => sender.Completions.Count) == matched;
            },
            "as many sends complete as receives");
    }

    private static void Check(Endpoint receiver, Sender[] all, List<int> offered, List<ReceiveCompletion> received)
    {
        // The receives used are the first ones, each once.
        Assert.Equal(Enumerable.Range(0, received.Count).Select(i => (ulong)i), received.Select(completion => completion.Completion.UserContext).Order());
        foreach (Sender sender in all)
        {
            ReceiveCompletion[] mine = [.. received.Where(completion => completion.SourceUasid == sender.Uasid)];
            Assert.Equal(sender.Completions.Count, mine.Length);
            // Order is kept on the way through the posted receives, too.
            Assert.Equal(mine.Select(completion => completion.Completion.UserContext).Order(), mine.Select(completion => completion.Completion.UserContext));
            for (int i = 0; i < mine.Length; i++)
            {
                int length = sender.Lengths[i];
                int slot = (int)mine[i].Completion.UserContext;
                bool fits = length <= offered[slot];
                Assert.Equal((ulong)i, sender.Completions[i].UserContext);
                Assert.Equal(fits ? CompletionStatus.Success : CompletionStatus.RemoteResponseLengthError, sender.Completions[i].Status);
                Assert.Equal(fits ? CompletionStatus.Success : CompletionStatus.LocalLengthError, mine[i].Completion.Status);
                Assert.Equal(fits ? length : 0, mine[i].Completion.ByteCount);
                Span<byte> buffer = receiver.Memory.AsSpan(slot * Slot, Slot);
                Pattern.Verify(buffer[..(fits ? length : 0)], sender.Seed(i));
                Assert.False(buffer[(fits ? length : 0)..].ContainsAnyExcept((byte)0), "Bytes outside of the message changed.");
            }
        }
    }

    private readonly record struct Step(Kind Kind, int Length, int Sender);

    private sealed class Sender : IDisposable
    {
        private readonly UrmaContext _context;
        private readonly Endpoint _endpoint;
        private readonly TargetJetty _target;

        public Sender(LoopbackHarness harness, Endpoint receiver)
        {
            _context = harness.Open();
            _endpoint = new Endpoint(_context, new EndpointShape { SendDepth = Depth, MemoryLength = 1 << 20 });
            _target = _endpoint.Reach(receiver);
        }

        public uint Uasid => _context.Uasid;

        public List<int> Lengths { get; } = [];

        public List<Completion> Completions { get; } = [];

        public ulong Seed(int message) => ((ulong)Uasid << 32) | (uint)message;

        public void TrySend(int length)
        {
            long place = Lengths.Count % 1000 * Slot;
            Pattern.Fill(_endpoint.Memory.AsSpan(place, length), Seed(Lengths.Count));
            UrmaStatus status = _endpoint.Jetty.Post(WorkRequest.Send(_target, _endpoint.Memory.Range(place, length), (ulong)Lengths.Count));
            bool full = Lengths.Count - Completions.Count == Depth;
            Assert.Equal(full ? UrmaStatus.TryAgain : UrmaStatus.Success, status);
            if (status == UrmaStatus.Success)
            {
                Lengths.Add(length);
            }
        }

        public void Poll()
        {
            var buffer = new Completion[4];
            Completions.AddRange(buffer.AsSpan(0, _endpoint.SendJfc.Poll(buffer)));
        }

        public void Dispose()
        {
            _endpoint.Dispose();
            _context.Dispose();
        }
    }
}
