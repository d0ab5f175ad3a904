namespace Urma.Net.Loopback.Tests.Processes;

/// <summary>What tests with a second process share: this side's context and endpoint, and the other side's process.</summary>
public abstract class ProcessTest : IDisposable
{
    private readonly Stack<IDisposable> _owned = new();

    private protected LoopbackHarness Harness { get; } = new();

    private protected string Fabric => Harness.ConnectionString;

    public void Dispose()
    {
        while (_owned.TryPop(out IDisposable? instance))
        {
            instance.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    private protected T Own<T>(T instance)
        where T : IDisposable
    {
        _owned.Push(instance);
        return instance;
    }

    private protected UrmaContext OpenHere(UrmaContextOptions? options = null) => Own(Harness.Open(options));

    private protected Endpoint NewEndpoint(EndpointShape? shape = null) => Own(new Endpoint(OpenHere(), shape));

    private protected PeerProcess OpenPeer(string label = "peer", string? crashAt = null) => Own(PeerProcess.Open(Fabric, label, crashAt));

    /// <summary>Makes a jetty in the peer and imports it here.</summary>
    private protected TargetJetty Reach(Endpoint endpoint, PeerProcess peer, string id = "j", string shape = "")
    {
        PeerReply jetty = peer.Ask($"jetty id={id} {shape}");
        return Own(endpoint.Context.ImportJetty(jetty.Jetty(), jetty.Token()));
    }

    /// <summary>Has the peer make a jetty and import this side's.</summary>
    private protected static void LetReach(PeerProcess peer, Endpoint endpoint, string id = "j", string shape = "")
    {
        peer.Ask($"jetty id={id} {shape}");
        peer.Ask($"reach id=t descriptor={Hex(endpoint.Jetty.Descriptor)} token={endpoint.Jetty.Token.Value}");
    }

    /// <summary>Makes a segment in the peer and imports it here.</summary>
    private protected TargetSegment Import(UrmaContext context, PeerProcess peer, string id = "s", long length = 65536)
    {
        PeerReply segment = peer.Ask($"segment id={id} length={length}");
        return Own(context.ImportSegment(segment.Segment(), segment.Token()));
    }

    private protected static string Hex(SegmentDescriptor descriptor) => Convert.ToHexString(descriptor.ToArray());

    private protected static string Hex(JettyDescriptor descriptor) => Convert.ToHexString(descriptor.ToArray());
}
