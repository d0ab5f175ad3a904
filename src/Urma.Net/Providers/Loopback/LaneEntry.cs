using System.Runtime.InteropServices;

namespace Urma.Net.Providers.Loopback;

/// <summary>
/// One completion on its way: a single cache line, written by the initiator, read by the poller of the JFC. Private rings of
/// send queues use the same form, so a JFC polls one kind of source.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal unsafe struct LaneEntry
{
    /// <summary><see cref="Sequence"/> and <see cref="Position"/> in one store; the processor's store buffer is what bounds a stream.</summary>
    [FieldOffset(0)]
    public ulong SequenceAndPosition;

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

    /// <summary>What follows up to <see cref="Payload"/>, in one store.</summary>
    [FieldOffset(24)]
    public ulong Origin;

    /// <summary>The sending jetty.</summary>
    [FieldOffset(24)]
    public uint SourceJettyId;

    /// <summary>Which receive was filled.</summary>
    [FieldOffset(28)]
    public ushort Slot;

    /// <summary>What filled the receive: a <see cref="ReceiveOpcode"/>. Private ring: the request's <see cref="Urma.Net.Opcode"/>.</summary>
    [FieldOffset(30)]
    public byte Opcode;

    /// <summary>1 when <see cref="Payload"/> holds the message.</summary>
    [FieldOffset(31)]
    public byte IsInline;

    /// <summary>The message, where it is short enough.</summary>
    [FieldOffset(32)]
    public fixed byte Payload[LoopbackLayout.EntryInlineLength];

    /// <summary>The value of <see cref="SequenceAndPosition"/>.</summary>
    public static ulong PackSequence(uint sequence, long position) => sequence | ((ulong)position << 32);

    /// <summary>The value of <see cref="Origin"/>.</summary>
    public static ulong PackOrigin(uint sourceJettyId, uint slot, ReceiveOpcode opcode, bool isInline) =>
        sourceJettyId | ((ulong)slot << 32) | ((ulong)opcode << 48) | (isInline ? 1UL << 56 : 0);

    /// <summary>
    /// <see cref="Opcode"/> of an entry that holds several short messages: as many as <see cref="Slot"/> says, to successive
    /// positions, their lengths in the bytes of <see cref="Result"/>, their slots in the words of <see cref="Value"/>, one after
    /// another in <see cref="Payload"/>.
    /// </summary>
    public const byte PackedOpcode = 0xff;

    /// <summary>Most messages in one entry.</summary>
    public const int MaxPacked = 4;

    public static ulong Pack(long length, CompletionStatus status, CompletionFlags flags) =>
        (ulong)length | ((ulong)status << 48) | ((ulong)flags << 56);
}
