using System.Buffers.Binary;
using System.Text;

namespace Urma.Net.Collectives.Bootstrap;

/// <summary>Takes the body of a frame apart.</summary>
/// <remarks>What does not fit is an <see cref="InvalidDataException"/>: the sender is no hub and no rank of this version.</remarks>
internal ref struct FrameReader
{
    private ReadOnlySpan<byte> _rest;

    public FrameReader(ReadOnlySpan<byte> body) => _rest = body;

    public int Number() => BinaryPrimitives.ReadInt32LittleEndian(Raw(sizeof(int)));

    public UInt128 Wide() => BinaryPrimitives.ReadUInt128LittleEndian(Raw(16));

    public ReadOnlySpan<byte> Raw(int length)
    {
        if ((uint)length > (uint)_rest.Length)
        {
            throw new InvalidDataException("A frame of the control plane is too short.");
        }

        ReadOnlySpan<byte> bytes = _rest[..length];
        _rest = _rest[length..];
        return bytes;
    }

    public ReadOnlySpan<byte> Bytes() => Raw(Number());

    public string Text(int limit = ControlLimits.Text)
    {
        ReadOnlySpan<byte> bytes = Bytes();
        return bytes.Length <= limit ? Encoding.UTF8.GetString(bytes) : throw new InvalidDataException("A text of the control plane is too long.");
    }
}
