using System.Runtime.InteropServices;

namespace Urma.Net.Providers.Loopback;

/// <summary>
/// One completion on its way: a single cache line, written by the initiator, read by the poller of the JFC. Private rings of
/// send queues use the same form, so a JFC polls one kind of source.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal unsafe struct LaneEntry
{
    /// <summary>Index in the ring's life + 1; stored last, with release. The ring starts zeroed, so nothing is read early.</summary>
    [FieldOffset(0)]
    public uint Sequence;

    /// <summary>Low half of the position that was claimed: tells uses of a slot apart.</summary>
    [FieldOffset(4)]
    public uint Position;

    /// <summary>Length (48 bits), <see cref="CompletionStatus"/> (8), <see cref="CompletionFlags"/> (8): as in <see cref="Completion"/>.</summary>
    [FieldOffset(8)]
    public ulong Result;

    /// <summary>Receive: the immediate value. Private ring: the user context.</summary>
    [FieldOffset(16)]
    public ulong Value;

    /// <summary>The sending jetty.</summary>
    [FieldOffset(24)]
    public uint SourceJettyId;

    /// <summary>Which receive was filled.</summary>
    [FieldOffset(28)]
    public ushort Slot;

    /// <summary>What filled the receive: a <see cref="ReceiveOpcode"/>.</summary>
    [FieldOffset(30)]
    public byte Opcode;

    /// <summary>1 when <see cref="Payload"/> holds the message.</summary>
    [FieldOffset(31)]
    public byte IsInline;

    /// <summary>The message, where it is short enough.</summary>
    [FieldOffset(32)]
    public fixed byte Payload[LoopbackLayout.EntryInlineLength];

    public static ulong Pack(long length, CompletionStatus status, CompletionFlags flags) =>
        (ulong)length | ((ulong)status << 48) | ((ulong)flags << 56);
}
