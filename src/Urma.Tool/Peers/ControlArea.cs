using Urma.Net.Measurement;

namespace Urma.Net.Tool.Peers;

/// <summary>
/// The segment through which a client tells its peer what to do next, and whose words the yardsticks run on. The peer owns
/// it; the client imports it.
/// </summary>
/// <remarks>
/// Every word that one side writes and the other watches has 128 bytes for itself. Requests and answers alternate: the
/// client writes a message and raises the request number, the peer answers <c>number * 4 + state</c>.
/// </remarks>
internal sealed class ControlArea : IDisposable
{
    public const int RequestNumber = 0;
    public const int AnswerNumber = 128;
    public const int RequestMessage = 4096;
    public const int AnswerMessage = 8192;
    public const int MessageLimit = 4000;
    public const int ClientPing = 12288;
    public const int PeerPing = ClientPing + 256;
    public const int AtomicWord = PeerPing + 256;
    public const int ClientRing = 16384;
    public const int RingSlots = 64;
    public const int MaximumRingPayload = 4096;

    private readonly Segment? _local;
    private readonly TargetSegment? _remote;

    private ControlArea(Segment? local, TargetSegment? remote)
    {
        _local = local;
        _remote = remote;
    }

    /// <summary>Bytes that one direction of the ring yardstick takes at most.</summary>
    public static int RingLength { get; } = (int)Yardsticks.RingBytes(MaximumRingPayload, RingSlots);

    /// <summary>Where the peer's ring begins.</summary>
    public static int PeerRing => ClientRing + RingLength;

    /// <summary>The size of the segment.</summary>
    public static int Length => PeerRing + RingLength;

    /// <summary>The peer's side.</summary>
    public static ControlArea Create(UrmaContext context) => new(context.AllocateSegment(Length), null);

    /// <summary>The client's side.</summary>
    /// <param name="context">The client's context.</param>
    /// <param name="greeting">What <see cref="WriteGreeting"/> wrote.</param>
    public static ControlArea Import(UrmaContext context, MessageReader greeting)
    {
        SegmentDescriptor descriptor = greeting.ReadSegment(out Token token);
        return new ControlArea(null, context.ImportSegment(descriptor, token));
    }

    /// <summary>The peer's engine.</summary>
    public uint PeerUasid => _remote?.Descriptor.Uasid ?? 0;

    /// <summary>What a client needs to import this area.</summary>
    public void WriteGreeting(MessageWriter writer) => writer.Write(_local!);

    /// <summary>A lease over the area.</summary>
    public SegmentView Map() => _local is not null ? _local.Map() : _remote!.Map();

    public void Dispose()
    {
        _remote?.Dispose();
        _local?.Dispose();
    }
}
