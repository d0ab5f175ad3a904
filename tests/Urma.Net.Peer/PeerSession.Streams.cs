using System.Buffers.Binary;

namespace Urma.Net.Peer;

/// <content>Verbs that send without pause.</content>
internal sealed partial class PeerSession
{
    private const int StreamSlot = 64;

    /// <summary>Sends numbered, checksummed messages; answers when all have completed.</summary>
    private string Stream(Command command)
    {
        PeerJetty jetty = _jetties[command.Text("id")];
        TargetJetty target = _reached[command.Text("to")];
        return Ok($"sent={SendNumbered(jetty, target, command.Number("count"), (ulong)command.Number("stream", 0))}");
    }

    /// <summary>Sends numbered messages in the background until something goes wrong, as it is meant to.</summary>
    private string Flood(Command command)
    {
        PeerJetty jetty = _jetties[command.Text("id")];
        TargetJetty target = _reached[command.Text("to")];
        ulong stream = (ulong)command.Number("stream", 0);
        new Thread(() =>
        {
            try
            {
                SendNumbered(jetty, target, long.MaxValue, stream);
            }
            catch (InvalidOperationException end)
            {
                raise($"flooded status={end.Message}");
            }
        })
        { IsBackground = true }.Start();
        return "ok";
    }

    /// <summary>
    /// A message is its number, a checksum over stream and number, and padding that depends on the number, so that lengths
    /// cross the limit of inlining. The receiving test knows the same rule.
    /// </summary>
    private static long SendNumbered(PeerJetty jetty, TargetJetty target, long count, ulong stream)
    {
        int slots = (int)Math.Min(jetty.Jetty.Depth, jetty.Memory.Length / StreamSlot);
        Span<Completion> completions = stackalloc Completion[32];
        long completed = 0;
        for (long i = 0; i < count;)
        {
            if (i - completed >= slots)
            {
                completed += Reap(jetty, completions);
                continue;
            }

            long place = i % slots * StreamSlot;
            int length = StreamMessage.Write(jetty.Memory.AsSpan(place, StreamSlot), stream, i);
            UrmaStatus status = jetty.Jetty.Post(WorkRequest.Send(target, jetty.Memory.Range(place, length), (ulong)i));
            if (status == UrmaStatus.TryAgain)
            {
                completed += Reap(jetty, completions);
                continue;
            }

            if (status != UrmaStatus.Success)
            {
                throw new InvalidOperationException($"post-{status}");
            }

            i++;
        }

        while (completed < count)
        {
            completed += Reap(jetty, completions);
        }

        return completed;
    }

    private static int Reap(PeerJetty jetty, Span<Completion> completions)
    {
        int taken = jetty.SendJfc.Wait(completions, Bound);
        if (taken == 0)
        {
            throw new InvalidOperationException("stuck");
        }

        foreach (Completion completion in completions[..taken])
        {
            if (!completion.IsSuccess)
            {
                throw new InvalidOperationException(completion.Status.ToString());
            }
        }

        return taken;
    }

    /// <summary>One of several ranks that all stream to all others; found by name.</summary>
    private string RunRank(Command command)
    {
        int rank = command.Int("rank");
        int ranks = command.Int("ranks");
        int messages = command.Int("messages");
        int window = command.Int("window", 64);
        using var jetty = new PeerJetty(Context, window, window * 2, (long)window * 3 * StreamSlot);
        for (int i = 0; i < window * 2; i++)
        {
            jetty.Jetty.PostReceive(new ReceiveRequest(jetty.Memory.Range((window + i) * (long)StreamSlot, StreamSlot), (ulong)(window + i)));
        }

        byte[] card = new byte[JettyDescriptor.Size + 4];
        jetty.Jetty.Descriptor.WriteTo(card);
        BinaryPrimitives.WriteUInt32LittleEndian(card.AsSpan(JettyDescriptor.Size), jetty.Jetty.Token.Value);
        using IDisposable name = Context.Publish($"rank-{rank}", card);
        var targets = new TargetJetty?[ranks];
        var next = new Dictionary<uint, long>();
        for (int i = 0; i < ranks; i++)
        {
            if (i != rank)
            {
                byte[] other = Context.Lookup($"rank-{i}", Bound);
                JettyDescriptor descriptor = JettyDescriptor.Read(other);
                targets[i] = Context.ImportJetty(descriptor, new Token(BinaryPrimitives.ReadUInt32LittleEndian(other.AsSpan(JettyDescriptor.Size))));
                next[descriptor.Uasid] = 0;
            }
        }

        return Exchange(jetty, rank, targets, next, messages, window);
    }

    private string Exchange(PeerJetty jetty, int rank, TargetJetty?[] targets, Dictionary<uint, long> next, int messages, int window)
    {
        long toSend = (long)messages * next.Count;
        long toReceive = toSend;
        long posted = 0;
        long completed = 0;
        Span<Completion> sent = stackalloc Completion[32];
        Span<ReceiveCompletion> received = stackalloc ReceiveCompletion[32];
        long deadline = Environment.TickCount64 + 120_000;
        while (toReceive > 0 || completed < toSend)
        {
            bool idle = true;
            while (posted < toSend && posted - completed < window)
            {
                // Every other rank in turn.
                int to = (rank + 1 + (int)(posted % next.Count)) % targets.Length;
                long place = posted % window * StreamSlot;
                int length = StreamMessage.Write(jetty.Memory.AsSpan(place, StreamSlot), Context.Uasid, posted / next.Count);
                if (jetty.Jetty.Post(WorkRequest.Send(targets[to]!, jetty.Memory.Range(place, length))) != UrmaStatus.Success)
                {
                    break;
                }

                posted++;
                idle = false;
            }

            int taken = jetty.SendJfc.Poll(sent);
            completed += taken;
            idle &= taken == 0;
            foreach (Completion completion in sent[..taken])
            {
                completion.ThrowIfFailed();
            }

            taken = jetty.ReceiveJfc.Poll(received);
            idle &= taken == 0;
            foreach (ReceiveCompletion completion in received[..taken])
            {
                completion.Completion.ThrowIfFailed();
                ulong slot = completion.Completion.UserContext;
                Span<byte> message = jetty.Memory.AsSpan((long)slot * StreamSlot, (int)completion.Completion.ByteCount);
                StreamMessage.Check(message, completion.SourceUasid, next[completion.SourceUasid]++);
                jetty.Jetty.PostReceive(new ReceiveRequest(jetty.Memory.Range((long)slot * StreamSlot, StreamSlot), slot));
                toReceive--;
            }

            if (idle)
            {
                jetty.ReceiveJfc.WaitUntilReady(TimeSpan.FromMilliseconds(1));
                if (Environment.TickCount64 > deadline)
                {
                    throw new TimeoutException($"Rank {rank} still waits for {toReceive} messages and {toSend - completed} completions.");
                }
            }
        }

        raise($"rank-done rank={rank}");
        // The others may still send: leave only when told.
        return Ok($"received={(long)messages * next.Count}");
    }
}
