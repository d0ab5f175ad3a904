using System.Runtime.InteropServices;

namespace Urma.Net.Peer;

/// <content>Verbs of memory.</content>
internal sealed partial class PeerSession
{
    private string MakeSegment(Command command)
    {
        Segment segment = Context.AllocateSegment(command.Number("length"), new SegmentOptions
        {
            Access = command.Has("access") ? Enum.Parse<SegmentAccess>(command.Text("access")) : SegmentAccess.All,
            Token = command.Has("token") ? command.Token("token") : null,
        });
        _segments[command.Text("id")] = segment;
        return Ok($"descriptor={Convert.ToHexString(segment.Descriptor.ToArray())} token={segment.Token.Value}");
    }

    /// <summary>Allocates until it is refused or the count is reached; says how far it got.</summary>
    private string MakeSegments(Command command)
    {
        for (int i = 0; i < command.Int("count"); i++)
        {
            try
            {
                _segments[$"{command.Text("id")}{i}"] = Context.AllocateSegment(command.Number("length"));
            }
            catch (UrmaException error)
            {
                return Ok($"made={i} status={error.Status} errno={error.NativeError} message={Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(error.Message))}");
            }
        }

        return Ok($"made={command.Int("count")} status={UrmaStatus.Success}");
    }

    private string Revoke(Command command)
    {
        Segment segment = _segments[command.Text("id")];
        segment.Revoke();
        return Ok($"descriptor={Convert.ToHexString(segment.Descriptor.ToArray())} token={segment.Token.Value}");
    }

    private string Import(Command command)
    {
        TargetSegment target = Context.ImportSegment(SegmentDescriptor.Read(command.Bytes("descriptor")), command.Token("token"));
        _targets[command.Text("id")] = target;
        return Ok($"length={target.Length} mode={target.Mode}");
    }

    private string Fill(Command command)
    {
        Segment segment = _segments[command.Text("id")];
        segment.AsSpan(command.Number("offset", 0), command.Int("length", (int)segment.Length)).Fill((byte)command.Int("value"));
        return "ok";
    }

    private string Sum(Command command)
    {
        Segment segment = _segments[command.Text("id")];
        Span<byte> bytes = segment.AsSpan(command.Number("offset", 0), command.Int("length", (int)segment.Length));
        long sum = 0;
        foreach (byte value in bytes)
        {
            sum += value;
        }

        return Ok($"sum={sum} first={bytes[0]}");
    }

    private string FillView(Command command)
    {
        TargetSegment target = _targets[command.Text("id")];
        using SegmentView view = target.Map();
        view.Bytes(command.Number("offset", 0), command.Int("length", (int)target.Length)).Fill((byte)command.Int("value"));
        return Ok($"revoked={view.IsRevoked}");
    }

    /// <summary>Opens no view of a revoked import, but says how the attempt ended.</summary>
    private string FillRevoked(Command command)
    {
        try
        {
            return FillView(command);
        }
        catch (UrmaException)
        {
            return Ok($"revoked={_targets[command.Text("id")].IsRevoked}");
        }
    }

    /// <summary>Stores through the bare address, past every check of the library: only the kernel can refuse.</summary>
    private unsafe string RawStore(Command command)
    {
        using SegmentView view = _targets[command.Text("id")].Map();
        *(byte*)(view.Address + (nint)command.Number("offset", 0)) = (byte)command.Int("value");
        return "ok";
    }

    /// <summary>Asks the kernel to make a mapped import writable.</summary>
    private unsafe string Unprotect(Command command)
    {
        TargetSegment target = _targets[command.Text("id")];
        using SegmentView view = target.Map();
        int result = Native.Protect(view.Address, (nuint)target.Length, Native.ProtectRead | Native.ProtectWrite);
        return Ok($"errno={(result == 0 ? 0 : Marshal.GetLastPInvokeError())}");
    }

    /// <summary>Writes to an import without end, in the background; says once how it ended.</summary>
    private string Hammer(Command command)
    {
        TargetSegment target = _targets[command.Text("id")];
        var jetty = new PeerJetty(Context, 16, 16, target.Length);
        jetty.Memory.AsSpan().Fill((byte)command.Int("value"));
        var background = new Thread(() =>
        {
            Span<Completion> completions = stackalloc Completion[4];
            raise("hammering");
            while (true)
            {
                jetty.Jetty.Post(WorkRequest.Write(jetty.Memory.Range(), target.At(0, target.Length)));
                int taken = jetty.SendJfc.Wait(completions, TimeSpan.FromSeconds(5));
                foreach (Completion completion in completions[..taken])
                {
                    if (!completion.IsSuccess)
                    {
                        raise($"hammered status={completion.Status}");
                        return;
                    }
                }
            }
        })
        { IsBackground = true };
        background.Start();
        return "ok";
    }
}
