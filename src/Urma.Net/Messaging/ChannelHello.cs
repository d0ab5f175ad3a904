using System.Buffers.Binary;
using System.Text;

namespace Urma.Net.Messaging;

/// <summary>How the two ends of a channel introduce themselves: 160 bytes, little-endian, versioned.</summary>
/// <param name="Nonce">Chosen by who connects, repeated in the answer.</param>
/// <param name="Jetty">Where to send to.</param>
/// <param name="Token">The secret that goes with it.</param>
/// <param name="Slots">Messages that may be under way to it.</param>
/// <param name="SlotSize">The longest message it takes without a large buffer.</param>
/// <param name="Label">A name for people.</param>
/// <param name="WantsTraces">Whether it carries trace context if the other end does.</param>
internal readonly record struct ChannelHello(
    ulong Nonce, JettyDescriptor Jetty, Token Token, int Slots, int SlotSize, string Label, bool WantsTraces = false)
{
    public const int Size = 160;
    public const ushort Version = 2;

    private const uint Magic = 0x4D43_5255; // "URCM"
    private const int LabelOffset = 84;

    // Flags; an end that knows one of them not writes 0.
    private const int FlagsOffset = 6;
    private const byte TracesFlag = 1;
    private const int MaxLabel = Size - LabelOffset - 1;

    public void WriteTo(Span<byte> destination)
    {
        destination[..Size].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], Version);
        destination[FlagsOffset] = WantsTraces ? TracesFlag : (byte)0;
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], Nonce);
        Jetty.WriteTo(destination[16..]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[64..], Token.Value);
        BinaryPrimitives.WriteInt32LittleEndian(destination[68..], Slots);
        BinaryPrimitives.WriteInt32LittleEndian(destination[72..], SlotSize);
        byte[] label = Encoding.UTF8.GetBytes(Label);
        int length = Math.Min(label.Length, MaxLabel);
        destination[LabelOffset] = (byte)length;
        label.AsSpan(0, length).CopyTo(destination[(LabelOffset + 1)..]);
    }

    /// <summary>Reads a greeting of this version whose values are possible.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out ChannelHello hello)
    {
        hello = default;
        if (source.Length < Size || BinaryPrimitives.ReadUInt32LittleEndian(source) != Magic || VersionOf(source) != Version)
        {
            return false;
        }

        JettyDescriptor jetty;
        try
        {
            jetty = JettyDescriptor.Read(source[16..]);
        }
        catch (UrmaException)
        {
            return false;
        }

        int slots = BinaryPrimitives.ReadInt32LittleEndian(source[68..]);
        int slotSize = BinaryPrimitives.ReadInt32LittleEndian(source[72..]);
        int label = source[LabelOffset];
        if (slots is < 1 or > MessageChannelOptions.MaxSlots
            || slotSize is < MessageChannelOptions.MinSlotSize or > MessageChannelOptions.MaxSlotSize
            || label > MaxLabel)
        {
            return false;
        }

        hello = new ChannelHello(
            BinaryPrimitives.ReadUInt64LittleEndian(source[8..]),
            jetty,
            new Token(BinaryPrimitives.ReadUInt32LittleEndian(source[64..])),
            slots,
            slotSize,
            Encoding.UTF8.GetString(source.Slice(LabelOffset + 1, label)),
            (source[FlagsOffset] & TracesFlag) != 0);
        return true;
    }

    /// <summary>The version a greeting claims; readable whatever the rest looks like.</summary>
    public static ushort VersionOf(ReadOnlySpan<byte> source) => source.Length < 6 ? (ushort)0 : BinaryPrimitives.ReadUInt16LittleEndian(source[4..]);

    /// <summary>The other end, for people.</summary>
    public string Describe() =>
        Label.Length == 0 ? $"the peer with UASID 0x{Jetty.Uasid:x6}" : $"peer '{Label}' (UASID 0x{Jetty.Uasid:x6})";
}
