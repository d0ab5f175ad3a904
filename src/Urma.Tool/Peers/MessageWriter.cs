using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Urma.Net.Tool.Peers;

/// <summary>Serialises a control message.</summary>
internal sealed class MessageWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new(256);

    public ReadOnlySpan<byte> Bytes => _buffer.WrittenSpan;

    public MessageWriter Write(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.GetSpan(sizeof(long)), value);
        _buffer.Advance(sizeof(long));
        return this;
    }

    public MessageWriter Write(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int length = Math.Min(bytes.Length, ControlArea.MessageLimit / 2);
        Write(length);
        _buffer.Write(bytes.AsSpan(0, length));
        return this;
    }

    /// <summary>Writes all a peer needs to import the segment, the secret included: both ends belong to one user.</summary>
    public MessageWriter Write(Segment segment)
    {
        segment.Descriptor.WriteTo(_buffer.GetSpan(SegmentDescriptor.Size));
        _buffer.Advance(SegmentDescriptor.Size);
        return Write(segment.Token.Value);
    }

    /// <summary>Writes all a peer needs to send to the jetty.</summary>
    public MessageWriter Write(Jetty jetty)
    {
        jetty.Descriptor.WriteTo(_buffer.GetSpan(JettyDescriptor.Size));
        _buffer.Advance(JettyDescriptor.Size);
        return Write(jetty.Token.Value);
    }
}
