using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Urma.Net.Collectives.Bootstrap;

/// <summary>Puts one frame together: four bytes of length, one of kind, and a body. Numbers are little-endian.</summary>
internal sealed class FrameWriter
{
    public const int HeaderLength = sizeof(int) + 1;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    public FrameWriter(FrameKind kind)
    {
        Span<byte> header = _bytes.GetSpan(HeaderLength);
        header[sizeof(int)] = (byte)kind;
        _bytes.Advance(HeaderLength);
    }

    public FrameWriter Number(int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return Raw(bytes);
    }

    public FrameWriter Wide(UInt128 value)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, value);
        return Raw(bytes);
    }

    public FrameWriter Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    /// <summary>Bytes with their length before them.</summary>
    public FrameWriter Bytes(ReadOnlySpan<byte> bytes) => Number(bytes.Length).Raw(bytes);

    /// <summary>A text; of one that is too long, the beginning.</summary>
    public FrameWriter Text(string text, int limit = ControlLimits.Text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return Bytes(bytes.AsSpan(0, Math.Min(bytes.Length, limit)));
    }

    public byte[] ToFrame()
    {
        byte[] frame = _bytes.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length - HeaderLength);
        return frame;
    }
}
