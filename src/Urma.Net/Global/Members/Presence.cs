using System.Buffers.Binary;

namespace Urma.Net.Global;

/// <summary>
/// A sign of life of one member of something shared: a small segment that is there as long as its context is. Its
/// <see cref="Size"/> bytes may be written into shared memory, where other members find them and watch (<see cref="PresenceWatch"/>).
/// </summary>
/// <remarks>
/// A number of an engine can be used again after its process died; a presence cannot, because descriptor and token are its own.
/// Thread-safe.
/// </remarks>
internal sealed class Presence : IDisposable
{
    private readonly Segment _segment;

    public Presence(UrmaContext context)
    {
        // Where nobody is told that an import ended, watchers read a word now and then.
        _segment = context.AllocateSegment(context.Capabilities.SupportsMapping ? 0 : sizeof(ulong), new SegmentOptions { Access = SegmentAccess.Read });
    }

    /// <summary>Serialised size in bytes, a multiple of eight.</summary>
    public static int Size => SegmentDescriptor.Size + 8;

    /// <summary>Reads what <see cref="WriteTo"/> wrote.</summary>
    /// <param name="source"><see cref="Size"/> bytes.</param>
    /// <param name="descriptor">Whose it is.</param>
    /// <param name="token">What it can be imported with.</param>
    /// <returns>False where they are not of a presence, or of two.</returns>
    public static bool TryRead(ReadOnlySpan<byte> source, out SegmentDescriptor descriptor, out Token token)
    {
        descriptor = default;
        ulong last = BinaryPrimitives.ReadUInt64LittleEndian(source[SegmentDescriptor.Size..]);
        token = new Token((uint)last);
        if (last >> 32 != Checksum(source[..SegmentDescriptor.Size], token))
        {
            return false;
        }

        try
        {
            descriptor = SegmentDescriptor.Read(source);
            return true;
        }
        catch (UrmaException)
        {
            return false;
        }
    }

    /// <summary>Serialises what others need to watch this.</summary>
    /// <param name="destination">At least <see cref="Size"/> bytes.</param>
    public void WriteTo(Span<byte> destination)
    {
        _segment.Descriptor.WriteTo(destination);
        ulong checksum = Checksum(destination[..SegmentDescriptor.Size], _segment.Token);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[SegmentDescriptor.Size..], (checksum << 32) | _segment.Token.Value);
    }

    /// <summary>As <see cref="WriteTo"/>, into a new array.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[Size];
        WriteTo(bytes);
        return bytes;
    }

    /// <summary>Whether descriptor and token are of this presence.</summary>
    public bool Is(in SegmentDescriptor descriptor, Token token) => descriptor == _segment.Descriptor && token == _segment.Token;

    /// <summary>Ends it: whoever watches sees the member as gone.</summary>
    public void Dispose() => _segment.Dispose();

    // FNV-1a. Who watches bytes of a member that is just being followed by another would take the living for the dead.
    private static uint Checksum(ReadOnlySpan<byte> descriptor, Token token)
    {
        uint hash = unchecked((2166136261 ^ token.Value) * 16777619);
        foreach (byte value in descriptor)
        {
            hash = unchecked((hash ^ value) * 16777619);
        }

        return hash;
    }
}
