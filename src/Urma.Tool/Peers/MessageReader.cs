using System.Buffers.Binary;
using System.Text;

namespace Urma.Net.Tool.Peers;

/// <summary>Reads what <see cref="MessageWriter"/> wrote.</summary>
internal sealed class MessageReader(ReadOnlyMemory<byte> message)
{
    private ReadOnlyMemory<byte> _rest = message;

    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    public int ReadInt32() => checked((int)ReadInt64());

    public string ReadString() => Encoding.UTF8.GetString(Take(ReadInt32()));

    public SegmentDescriptor ReadSegment(out Token token)
    {
        SegmentDescriptor descriptor = SegmentDescriptor.Read(Take(SegmentDescriptor.Size));
        token = new Token((uint)ReadInt64());
        return descriptor;
    }

    public JettyDescriptor ReadJetty(out Token token)
    {
        JettyDescriptor descriptor = JettyDescriptor.Read(Take(JettyDescriptor.Size));
        token = new Token((uint)ReadInt64());
        return descriptor;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)_rest.Length)
        {
            throw new ToolException("The peer sent a message that is too short: do both ends run the same version of urma?");
        }

        ReadOnlySpan<byte> taken = _rest.Span[..count];
        _rest = _rest[count..];
        return taken;
    }
}
