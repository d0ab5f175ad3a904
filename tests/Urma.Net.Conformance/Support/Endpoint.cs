namespace Urma.Net.Conformance;

/// <summary>A jetty with a completion queue per direction and some registered memory: one side of most tests.</summary>
public sealed class Endpoint : IDisposable
{
    private readonly List<IDisposable> _imports = [];

    /// <summary>Makes one in a context, which stays the caller's.</summary>
    public Endpoint(UrmaContext context, EndpointShape? shape = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        shape ??= new EndpointShape();
        Context = context;
        SendJfc = context.CreateJfc(new JfcOptions { Jfce = shape.Jfce });
        ReceiveJfc = shape.SharedJfr?.ReceiveJfc ?? context.CreateJfc(new JfcOptions { Jfce = shape.Jfce });
        OwnsReceiveJfc = shape.SharedJfr is null;
        Memory = context.AllocateSegment(shape.MemoryLength, new SegmentOptions { Access = shape.Access });
        Jetty = context.CreateJetty(new JettyOptions
        {
            SendJfc = SendJfc,
            Depth = shape.SendDepth,
            TransportMode = shape.Mode,
            RnrRetry = shape.RnrRetry,
            EngineThreshold = shape.EngineThreshold,
            SharedJfr = shape.SharedJfr,
            Receive = shape.SharedJfr is null
                ? new JfrOptions { ReceiveJfc = ReceiveJfc, Depth = shape.ReceiveDepth, MaxSge = shape.ReceiveSge }
                : null,
        });
    }

    /// <summary>Where it lives.</summary>
    public UrmaContext Context { get; }

    /// <summary>Completions of posted work.</summary>
    public Jfc SendJfc { get; }

    /// <summary>Completions of receives.</summary>
    public Jfc ReceiveJfc { get; }

    /// <summary>The queues.</summary>
    public Jetty Jetty { get; }

    /// <summary>Its memory.</summary>
    public Segment Memory { get; }

    private bool OwnsReceiveJfc { get; }

    /// <summary>Imports the other side's memory.</summary>
    public TargetSegment Import(Segment segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        TargetSegment target = Context.ImportSegment(segment.Descriptor, segment.Token);
        _imports.Add(target);
        return target;
    }

    /// <summary>Imports the other side's jetty.</summary>
    public TargetJetty Reach(Endpoint peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        TargetJetty target = Context.ImportJetty(peer.Jetty.Descriptor, peer.Jetty.Token);
        _imports.Add(target);
        return target;
    }

    /// <summary>Posts one request, which must be accepted.</summary>
    public void Post(in WorkRequest request) => Assert.Equal(UrmaStatus.Success, Jetty.Post(in request));

    /// <summary>Posts one request and takes its completion.</summary>
    public Completion Execute(in WorkRequest request)
    {
        Post(in request);
        Completion completion = SendJfc.Next();
        Assert.Equal(request.UserContext, completion.UserContext);
        Assert.False(completion.IsReceive);
        return completion;
    }

    /// <summary>Executes a request that must succeed.</summary>
    public Completion Succeed(in WorkRequest request)
    {
        Completion completion = Execute(in request);
        Assert.Equal(CompletionStatus.Success, completion.Status);
        return completion;
    }

    /// <summary>Executes a request that must fail in the way named, with nothing moved.</summary>
    public void Fail(in WorkRequest request, CompletionStatus expected)
    {
        Completion completion = Execute(in request);
        Assert.Equal(expected, completion.Status);
        Assert.Equal(0, completion.ByteCount);
    }

    /// <summary>
    /// Executes a request the local side must refuse: at once as malformed, or with one of the statuses named. Providers differ
    /// in what they can see while posting.
    /// </summary>
    public void Refuse(in WorkRequest request, params CompletionStatus[] allowed)
    {
        UrmaStatus status = Jetty.Post(in request);
        if (status == UrmaStatus.InvalidArgument)
        {
            SendJfc.AssertEmpty();
            return;
        }

        Assert.Equal(UrmaStatus.Success, status);
        Completion completion = SendJfc.Next();
        Assert.Contains(completion.Status, allowed);
        Assert.Equal(request.UserContext, completion.UserContext);
    }

    /// <summary>Offers a piece of the memory to messages.</summary>
    public void PostReceive(long offset, long length, ulong userContext = 0) =>
        Assert.Equal(UrmaStatus.Success, Jetty.PostReceive(new ReceiveRequest(Memory.Range(offset, length), userContext)));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable import in _imports)
        {
            import.Dispose();
        }

        Jetty.Dispose();
        Memory.Dispose();
        SendJfc.Dispose();
        if (OwnsReceiveJfc)
        {
            ReceiveJfc.Dispose();
        }
    }
}
