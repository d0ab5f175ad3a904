using Urma.Net.Tool.Peers;

namespace Urma.Net.Tool.Perftest;

/// <summary>What one end of a test needs: memory, a jetty with its completion queues, and the imports of the other end.</summary>
/// <remarks>
/// The memory holds the outgoing slots first, then the landing slots, each at a multiple of 128 bytes so that no line is
/// shared by accident. Only small messages get a slot each: for large ones the caches matter more.
/// </remarks>
internal sealed class Endpoint : IDisposable
{
    private const int Spacing = 128;
    private const long LandingBudget = 2L << 20;

    /// <summary>Up to this size every message in flight has a slot of its own and carries its number in its first bytes.</summary>
    public const long NumberedSize = 4096;

    /// <summary>Creates this end's half; <see cref="Connect"/> adds the other.</summary>
    public Endpoint(UrmaContext context, TestSetup setup, PeerWatch watch, bool initiates)
    {
        Initiates = initiates;
        Context = context;
        Setup = setup;
        Watch = watch;
        Stride = (Math.Max(setup.Size, sizeof(long)) + Spacing - 1) / Spacing * Spacing;
        // Enough landing places to keep the sender busy, few enough to stay in the caches, as the peers' tools do it.
        ReceiveCount = (int)Math.Clamp(LandingBudget / Stride, 2, setup.ReceiveDepth);
        bool isSend = setup.Kind is TestKind.SendBandwidth or TestKind.SendLatency;
        bool isXcopy = TestNames.IsXcopy(setup.Kind);
        LandingCount = isSend ? ReceiveCount : isXcopy ? setup.PostList : 1;
        OutgoingCount = setup.Kind == TestKind.SendBandwidth && setup.Size <= NumberedSize ? setup.SendDepth : isXcopy ? setup.PostList : 1;
        // Where the memcpy yardstick writes must not hold flags, counters or messages that are yet to be checked.
        bool apart = isSend || setup.Kind == TestKind.Ownership || TestNames.IsAtomic(setup.Kind) || TestNames.IsPingPong(setup.Kind);
        int slots = OutgoingCount + LandingCount;
        Aside = apart ? slots * Stride : Landing;
        Memory = context.AllocateSegment(Stride * (apart ? slots + 1 : slots));
        try
        {
            if (setup.WaitMode == WaitMode.Events)
            {
                Events = context.CreateJfce();
            }

            SendJfc = context.CreateJfc(new JfcOptions { Depth = Math.Max(16, setup.SendDepth) });
            ReceiveJfc = context.CreateJfc(new JfcOptions { Depth = Math.Max(16, setup.ReceiveDepth), Jfce = Events });
            Jetty = context.CreateJetty(new JettyOptions
            {
                SendJfc = SendJfc,
                Depth = setup.SendDepth,
                EngineThreshold = EngineThreshold,
                Receive = new JfrOptions { ReceiveJfc = ReceiveJfc, Depth = setup.ReceiveDepth },
            });
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public UrmaContext Context { get; }

    public TestSetup Setup { get; }

    /// <summary>Whether this end measures; the other answers.</summary>
    public bool Initiates { get; }

    public PeerWatch Watch { get; }

    public Segment Memory { get; }

    public Jfce? Events { get; }

    public Jfc SendJfc { get; } = null!;

    public Jfc ReceiveJfc { get; } = null!;

    public Jetty Jetty { get; } = null!;

    public TargetSegment Remote { get; private set; } = null!;

    public TargetJetty RemoteJetty { get; private set; } = null!;

    /// <summary>From which size the engine copies: to measure what completes later, everything.</summary>
    public long EngineThreshold =>
        Setup.Kind == TestKind.AsyncLatency && Setup.AsyncMode == AsyncMode.Pool ? 1 : long.MaxValue;

    /// <summary>Bytes between two slots.</summary>
    public long Stride { get; }

    /// <summary>Receives that are kept posted.</summary>
    public int ReceiveCount { get; }

    /// <summary>Slots of the landing area.</summary>
    public int LandingCount { get; }

    /// <summary>Slots of the outgoing area.</summary>
    public int OutgoingCount { get; }

    /// <summary>Where the landing area begins, in either end's memory.</summary>
    public long Landing => OutgoingCount * Stride;

    /// <summary>Where the memcpy yardstick writes, in the other end's memory.</summary>
    public long Aside { get; }

    public SegmentRange Outgoing => OutgoingSlot(0);

    public RemoteAddress RemoteOutgoing => Remote.At(0, Setup.Size);

    public RemoteAddress RemoteLanding => Remote.At(Landing, Setup.Size);

    /// <summary>One slot of the outgoing area.</summary>
    public SegmentRange OutgoingSlot(int index) => Memory.Range(index * Stride, Setup.Size);

    /// <summary>One slot of the landing area.</summary>
    public SegmentRange LandingSlot(int index) => Memory.Range(Landing + (index * Stride), Setup.Size);

    /// <summary>What the other end needs to connect.</summary>
    public void WriteGreeting(MessageWriter writer) => writer.Write(Memory).Write(Jetty);

    /// <summary>Imports the other end.</summary>
    /// <param name="greeting">What it wrote.</param>
    /// <returns>Its engine.</returns>
    public uint Connect(MessageReader greeting)
    {
        SegmentDescriptor segment = greeting.ReadSegment(out Token segmentToken);
        JettyDescriptor jetty = greeting.ReadJetty(out Token jettyToken);
        Remote = Context.ImportSegment(segment, segmentToken);
        RemoteJetty = Context.ImportJetty(jetty, jettyToken);
        Jetty.Bind(RemoteJetty);
        return segment.Uasid;
    }

    public void Dispose()
    {
        RemoteJetty?.Dispose();
        Remote?.Dispose();
        Jetty?.Dispose();
        ReceiveJfc?.Dispose();
        SendJfc?.Dispose();
        Events?.Dispose();
        Memory.Dispose();
    }
}
