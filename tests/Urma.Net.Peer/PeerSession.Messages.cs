namespace Urma.Net.Peer;

/// <content>Verbs of messages.</content>
internal sealed partial class PeerSession
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private string MakeJetty(Command command)
    {
        var jetty = new PeerJetty(
            Context,
            command.Int("send", 64),
            command.Int("receive", 64),
            command.Number("memory", 1 << 16),
            command.Int("retry", 7),
            command.Has("with") ? _jetties[command.Text("with")] : null);
        _jetties[command.Text("id")] = jetty;
        return Ok($"descriptor={Convert.ToHexString(jetty.Jetty.Descriptor.ToArray())} token={jetty.Jetty.Token.Value} memory={Convert.ToHexString(jetty.Memory.Descriptor.ToArray())} memory-token={jetty.Memory.Token.Value}");
    }

    private string Reach(Command command)
    {
        _reached[command.Text("id")] = Context.ImportJetty(JettyDescriptor.Read(command.Bytes("descriptor")), command.Token("token"));
        return "ok";
    }

    private string Offer(Command command)
    {
        PeerJetty jetty = _jetties[command.Text("id")];
        long length = command.Number("length", 64);
        for (int i = 0; i < command.Int("count", 1); i++)
        {
            UrmaStatus status = jetty.Jetty.PostReceive(new ReceiveRequest(jetty.Memory.Range(0, length), (ulong)(command.Number("base", 0) + i)));
            if (status != UrmaStatus.Success)
            {
                return Ok($"posted={i} status={status}");
            }
        }

        return Ok($"posted={command.Int("count", 1)} status={UrmaStatus.Success}");
    }

    /// <summary>Sends a number of messages one after the other and says how the last one ended.</summary>
    private string Send(Command command)
    {
        PeerJetty jetty = _jetties[command.Text("id")];
        TargetJetty target = _reached[command.Text("to")];
        for (int i = 0; i < command.Int("count", 1); i++)
        {
            string? failure = Complete(jetty, WorkRequest.Send(target, jetty.Memory.Range(0, command.Number("length", 8)), (ulong)i), command);
            if (failure is not null)
            {
                return failure;
            }
        }

        return Ok($"status={CompletionStatus.Success}");
    }

    private string Write(Command command)
    {
        PeerJetty jetty = _jetties[command.Text("id")];
        TargetSegment target = _targets[command.Text("to")];
        long length = command.Number("length", 8);
        jetty.Memory.AsSpan(0, checked((int)length)).Fill((byte)command.Int("value", 0));
        return Complete(jetty, WorkRequest.Write(jetty.Memory.Range(0, length), target.At(command.Number("offset", 0))), command)
            ?? Ok($"status={CompletionStatus.Success}");
    }

    /// <summary>Takes what completions there are.</summary>
    private string Drain(Command command)
    {
        Span<Completion> completions = stackalloc Completion[32];
        int taken = _jetties[command.Text("id")].SendJfc.Wait(completions, TimeSpan.FromMilliseconds(20));
        return Ok($"taken={taken}");
    }

    /// <summary>Looks for messages without waiting.</summary>
    private string Poll(Command command)
    {
        Span<ReceiveCompletion> completions = stackalloc ReceiveCompletion[32];
        return Ok($"taken={_jetties[command.Text("id")].ReceiveJfc.Poll(completions)}");
    }

    /// <summary>Adds one to a remote word, over and over.</summary>
    private string Add(Command command)
    {
        PeerJetty jetty = _jetties[command.Text("id")];
        TargetSegment target = _targets[command.Text("to")];
        for (int i = 0; i < command.Int("count"); i++)
        {
            if (Complete(jetty, WorkRequest.FetchAdd(jetty.Memory.Range(0, 8), target.At(0, 8), 1), command) is { } failure)
            {
                throw new InvalidOperationException(failure);
            }
        }

        return "ok";
    }

    private static string? Complete(PeerJetty jetty, in WorkRequest request, Command command)
    {
        UrmaStatus status = jetty.Jetty.Post(in request);
        if (status != UrmaStatus.Success)
        {
            return Ok($"status=post-{status}");
        }

        if (command.Has("no-wait"))
        {
            return null;
        }

        Span<Completion> one = stackalloc Completion[1];
        return jetty.SendJfc.Wait(one, Bound) == 0 ? Ok($"status=none")
            : one[0].IsSuccess ? null : Ok($"status={one[0].Status}");
    }

    /// <summary>Waits for one message; where a JFC is shared, for one that filled a receive numbered from 'base' on.</summary>
    private string Receive(Command command)
    {
        PeerJetty jetty = _jetties[command.Text("id")];
        Span<Completion> one = stackalloc Completion[1];
        long deadline = Environment.TickCount64 + command.Int("milliseconds", 30_000);
        while (true)
        {
            long left = deadline - Environment.TickCount64;
            if (left < 0 || jetty.ReceiveJfc.Wait(one, TimeSpan.FromMilliseconds(left)) == 0)
            {
                return Ok($"status=none");
            }

            if (one[0].UserContext >= (ulong)command.Number("base", 0))
            {
                return Ok($"status={one[0].Status} user={one[0].UserContext} bytes={one[0].ByteCount} first={(one[0].ByteCount > 0 ? jetty.Memory.AsSpan(0, 1)[0] : -1)}");
            }
        }
    }

    /// <summary>Returns every message to where this test's other side listens, in the background.</summary>
    private string Echo(Command command)
    {
        PeerJetty jetty = _jetties[command.Text("id")];
        TargetJetty target = _reached[command.Text("to")];
        const int Slot = 128;
        int slots = Math.Min(jetty.Jetty.ReceiveQueue.Depth, 32);
        for (int i = 0; i < slots; i++)
        {
            jetty.Jetty.PostReceive(new ReceiveRequest(jetty.Memory.Range(i * Slot, Slot), (ulong)i));
        }

        new Thread(() =>
        {
            Span<Completion> one = stackalloc Completion[1];
            while (true)
            {
                if (jetty.ReceiveJfc.Wait(one, TimeSpan.FromSeconds(1)) == 0)
                {
                    continue;
                }

                int slot = (int)one[0].UserContext;
                if (!one[0].IsSuccess
                    || jetty.Jetty.Post(WorkRequest.Send(target, jetty.Memory.Range(slot * Slot, one[0].ByteCount))) != UrmaStatus.Success
                    || jetty.SendJfc.Wait(one, Bound) == 0 || !one[0].IsSuccess)
                {
                    raise($"echoed status={one[0].Status}");
                    return;
                }

                jetty.Jetty.PostReceive(new ReceiveRequest(jetty.Memory.Range(slot * Slot, Slot), (ulong)slot));
            }
        })
        { IsBackground = true }.Start();
        return "ok";
    }
}
