using System.Globalization;

namespace Urma.Net.Peer;

/// <summary>The objects of this process, by the names the test gave them, and the verbs that make and use them.</summary>
internal sealed partial class PeerSession(Action<string> raise) : IDisposable
{
    private readonly Dictionary<string, Segment> _segments = [];
    private readonly Dictionary<string, TargetSegment> _targets = [];
    private readonly Dictionary<string, PeerJetty> _jetties = [];
    private readonly Dictionary<string, TargetJetty> _reached = [];
    private UrmaContext? _context;

    private UrmaContext Context => _context ?? throw new InvalidOperationException("Say 'open' first.");

    public string Execute(Command command) => command.Verb switch
    {
        "open" => Open(command),
        "close" => Close(),
        "ping" => "ok",
        "segment" => MakeSegment(command),
        "segments" => MakeSegments(command),
        "drop-segment" => Drop(_segments, command),
        "revoke" => Revoke(command),
        "import" => Import(command),
        "drop-import" => Drop(_targets, command),
        "fill" => Fill(command),
        "sum" => Sum(command),
        "is-revoked" => Ok($"revoked={_targets[command.Text("id")].IsRevoked}"),
        "view-fill" => FillView(command),
        "view-fill-revoked" => FillRevoked(command),
        "raw-store" => RawStore(command),
        "unprotect" => Unprotect(command),
        "hammer" => Hammer(command),
        "jetty" => MakeJetty(command),
        "drop-jetty" => Drop(_jetties, command),
        "reach" => Reach(command),
        "offer" => Offer(command),
        "send" => Send(command),
        "drain" => Drain(command),
        "poll" => Poll(command),
        "write" => Write(command),
        "add" => Add(command),
        "receive" => Receive(command),
        "stream" => Stream(command),
        "flood" => Flood(command),
        "echo" => Echo(command),
        "rank" => RunRank(command),
        "visit" => Visit(command),
        "publish" => Publish(command),
        "lookup" => Ok($"value={Convert.ToHexString(Context.Lookup(command.Text("name"), TimeSpan.FromSeconds(command.Int("seconds", 10))))}"),
        "placed-join" => JoinPlaced(command),
        "placed-create" => CreatePlaced(command),
        "placed-work" => WorkOnPlaced(command),
        "placed-stop" => StopPlaced(),
        "placed-write" => WritePlaced(command),
        "placed-move" => MovePlaced(command),
        "pool-create" => CreatePool(command),
        "pool-join" => JoinPool(command),
        "pool-offer" => OfferMemory(command),
        "pool-borrow" => BorrowMemory(command),
        "pool-return" => ReturnMemory(),
        "pool-hammer" => HammerBorrowed(),
        "fork" => Fork(),
        "garbage" => StartGarbage(command),
        "garbage-stop" => StopGarbage(),
        "batter" => Batter(command),
        "limit-files" => LimitFiles(command),
        "limit-locked" => LimitLocked(command),
        "join-cgroup" => JoinCgroup(command),
        "resources" => Resources(),
        var verb when verb.StartsWith("own-", StringComparison.Ordinal) => ExecuteOwnership(command),
        _ => ExecuteLock(command) ?? ExecuteHeap(command) ?? ExecuteTracing(command) ?? ExecuteService(command) ?? throw new ArgumentException($"There is no verb '{command.Verb}'."),
    };

    public void Dispose()
    {
        StopHammer();
        _traced?.Dispose();
        _context?.Dispose();
    }

    private static string Ok(FormattableString values) => "ok " + values.ToString(CultureInfo.InvariantCulture);

    private static string Drop<T>(Dictionary<string, T> instances, Command command)
        where T : IDisposable
    {
        if (instances.Remove(command.Text("id"), out T? instance))
        {
            instance.Dispose();
        }

        return "ok";
    }

    private string Open(Command command)
    {
        string place = command.Text("on");
        if (place.StartsWith("verbs:", StringComparison.Ordinal))
        {
            Verbs.VerbsProvider.Register();
        }

        _context = UrmaContext.Open(place, new UrmaContextOptions
        {
            Label = command.Text("label", "peer"),
            Uasid = command.Has("uasid") ? checked((uint)command.Number("uasid")) : null,
            ControlTimeout = TimeSpan.FromMilliseconds(command.Int("timeout", 5000)),
            RevocationTimeout = TimeSpan.FromMilliseconds(command.Int("revocation", 1000)),
        });
        _context.PeerLost += (_, lost) => raise($"lost pid={lost.ProcessId} uasid={lost.Uasid}");
        return Ok($"uasid={_context.Uasid} eid={_context.Eid}");
    }

    private string Close()
    {
        _context?.Dispose();
        _context = null;
        _segments.Clear();
        _targets.Clear();
        _jetties.Clear();
        _reached.Clear();
        _locks.Clear();
        _leases.Clear();
        return "ok";
    }

    private string Publish(Command command)
    {
        Context.Publish(command.Text("name"), command.Bytes("value"));
        return "ok";
    }

    /// <summary>Does at once what one life needs: a context, a segment, a jetty with a receive, and both of the other side's.</summary>
    private string Visit(Command command)
    {
        Open(command);
        Segment segment = Context.AllocateSegment(4096);
        _segments["s"] = segment;
        var jetty = new PeerJetty(Context, 16, 16, 4096);
        _jetties["j"] = jetty;
        jetty.Jetty.PostReceive(new ReceiveRequest(jetty.Memory.Range(0, 64)));
        _targets["m"] = Context.ImportSegment(SegmentDescriptor.Read(command.Bytes("memory")), command.Token("memory-token"));
        _reached["t"] = Context.ImportJetty(JettyDescriptor.Read(command.Bytes("jetty")), command.Token("jetty-token"));
        return Ok($"descriptor={Convert.ToHexString(segment.Descriptor.ToArray())} token={segment.Token.Value} jetty={Convert.ToHexString(jetty.Jetty.Descriptor.ToArray())} jetty-token={jetty.Jetty.Token.Value}");
    }
}
