using System.Buffers.Binary;

namespace Urma.Net.Internal;

/// <summary>The common head of serialised descriptors: magic (4 bytes), version (2), reserved (2).</summary>
internal static class DescriptorFormat
{
    public static void Check(ReadOnlySpan<byte> source, int size, uint magic, ushort version, string kind)
    {
        if (source.Length < size)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, $"A {kind} descriptor has {size} bytes, but {source.Length} were given: pass the whole serialised value.");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(source) != magic)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, $"These bytes are not a {kind} descriptor: check that the peer sent the value its {kind} gave it.");
        }

        ushort found = BinaryPrimitives.ReadUInt16LittleEndian(source[4..]);
        if (found != version)
        {
            throw new UrmaException(UrmaStatus.InvalidArgument, $"The {kind} descriptor has version {found}, this library reads version {version}: use the same Urma.Net version on both sides.");
        }
    }
}
