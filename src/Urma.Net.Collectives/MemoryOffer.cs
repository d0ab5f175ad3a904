using System.Net;

namespace Urma.Net.Collectives;

/// <summary>What a rank offers to the others when it is known who shares a host.</summary>
/// <param name="Arena">The memory that ranks of its host map; null where it has none.</param>
/// <param name="Inbox">The memory that others post to; null where nobody does.</param>
/// <param name="Port">The port at which the rank can be found again when others are lost; 0 where there is none.</param>
/// <param name="Addresses">The addresses of that port.</param>
internal sealed record MemoryOffer(MemoryOffer.Memory? Arena, MemoryOffer.Memory? Inbox, int Port, IPAddress[] Addresses)
{
    public readonly record struct Memory(SegmentDescriptor Descriptor, Token Token);

    public byte[] ToArray()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        Write(writer, Arena);
        Write(writer, Inbox);
        writer.Write((ushort)Port);
        writer.Write((byte)Addresses.Length);
        foreach (IPAddress address in Addresses)
        {
            writer.Write(address.MapToIPv6().GetAddressBytes());
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <exception cref="UrmaException">The bytes are no offer.</exception>
    public static MemoryOffer Read(int rank, byte[] source)
    {
        using var reader = new BinaryReader(new MemoryStream(source));
        try
        {
            Memory? arena = ReadMemory(reader);
            Memory? inbox = ReadMemory(reader);
            int port = reader.ReadUInt16();
            var addresses = new IPAddress[Math.Min(reader.ReadByte(), (byte)UniqueId.MaximumAddresses)];
            for (int i = 0; i < addresses.Length; i++)
            {
                var address = new IPAddress(reader.ReadBytes(16));
                addresses[i] = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
            }

            return new MemoryOffer(arena, inbox, port, addresses);
        }
        catch (Exception exception) when (exception is EndOfStreamException or ArgumentException or IOException)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, $"Rank {rank} sent {source.Length} bytes that do not describe its memory.", inner: exception);
        }
    }

    private static void Write(BinaryWriter writer, Memory? memory)
    {
        writer.Write(memory is not null);
        if (memory is { } known)
        {
            writer.Write(known.Descriptor.ToArray());
            writer.Write(known.Token.Value);
        }
    }

    private static Memory? ReadMemory(BinaryReader reader) => reader.ReadBoolean()
        ? new Memory(SegmentDescriptor.Read(reader.ReadBytes(SegmentDescriptor.Size)), new Token(reader.ReadUInt32()))
        : null;
}
