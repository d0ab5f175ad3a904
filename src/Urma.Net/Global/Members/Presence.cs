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
        _segment = context.AllocateSegment(0, new SegmentOptions { Access = SegmentAccess.Read });
    }

    /// <summary>Serialised size in bytes, a multiple of eight.</summary>
    public static int Size => SegmentDescriptor.Size + 8;

    /// <summary>Serialises what others need to watch this.</summary>
    /// <param name="destination">At least <see cref="Size"/> bytes.</param>
    public void WriteTo(Span<byte> destination)
    {
        _segment.Descriptor.WriteTo(destination);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[SegmentDescriptor.Size..], _segment.Token.Value);
    }

    /// <summary>Whether descriptor and token are of this presence.</summary>
    public bool Is(in SegmentDescriptor descriptor, Token token) => descriptor == _segment.Descriptor && token == _segment.Token;

    /// <summary>Ends it: whoever watches sees the member as gone.</summary>
    public void Dispose() => _segment.Dispose();
}
