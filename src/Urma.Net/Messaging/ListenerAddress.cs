using System.Buffers.Binary;

namespace Urma.Net.Messaging;

/// <summary>What a listener publishes under its name: where to send a request to connect.</summary>
internal readonly record struct ListenerAddress(JettyDescriptor Queue, Token Token)
{
    public const int Size = 60;

    private const uint Magic = 0x4C43_5255; // "URCL"

    public byte[] ToArray()
    {
        byte[] bytes = new byte[Size];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), ChannelHello.Version);
        Queue.WriteTo(bytes.AsSpan(8));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(56), Token.Value);
        return bytes;
    }

    /// <exception cref="UrmaException">The name was published by something else, or by another version.</exception>
    public static ListenerAddress Read(ReadOnlySpan<byte> source, string name)
    {
        if (source.Length < Size || BinaryPrimitives.ReadUInt32LittleEndian(source) != Magic)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, $"The name '{name}' was not published by a message listener: connect to the name given to MessageChannel.Listen.");
        }

        ushort version = ChannelHello.VersionOf(source);
        if (version != ChannelHello.Version)
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument,
                $"The listener '{name}' speaks version {version} of the message protocol, this library version {ChannelHello.Version}: use the same Urma.Net version on both sides.");
        }

        return new ListenerAddress(JettyDescriptor.Read(source[8..]), new Token(BinaryPrimitives.ReadUInt32LittleEndian(source[56..])));
    }
}
