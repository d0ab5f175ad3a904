using System.Buffers.Binary;
using System.Text;

namespace Urma.Net.Verbs.Control;

/// <summary>The first bytes of both ends of a connection. The first 8 stay as they are in all versions.</summary>
/// <param name="Version">Of everything after those 8 bytes.</param>
/// <param name="Purpose">What the one that connects wants, or the other offers.</param>
/// <param name="Verdict">Whether the one that was connected to agrees.</param>
/// <param name="Identity">Who speaks.</param>
internal readonly record struct Hello(ushort Version, HelloPurpose Purpose, HelloVerdict Verdict, EngineIdentity Identity)
{
    /// <summary>Bytes of a hello.</summary>
    public const int Size = 128;

    /// <summary>What this code speaks.</summary>
    public const ushort CurrentVersion = 1;

    /// <summary>The longest label in bytes of UTF-8.</summary>
    public const int MaximumLabelBytes = 63;

    private const uint Magic = 0x4356_5255; // "URVC"

    /// <summary>Writes <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> destination)
    {
        destination[..Size].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[4..], Version);
        destination[6] = (byte)Purpose;
        destination[7] = (byte)Verdict;
        Identity.Eid.WriteTo(destination[8..]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[24..], Identity.Uasid);
        BinaryPrimitives.WriteInt32LittleEndian(destination[28..], Identity.ProcessId);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[32..], Identity.Nonce);
        destination[40] = (byte)Encoding.UTF8.GetBytes(Identity.Label, destination.Slice(41, MaximumLabelBytes));
    }

    /// <summary>Reads <see cref="Size"/> bytes; of another version only the version and the verdict are to be believed.</summary>
    /// <returns>Whether they are a hello.</returns>
    public static bool TryRead(ReadOnlySpan<byte> source, out Hello hello)
    {
        int label = Math.Min((int)source[40], MaximumLabelBytes);
        var identity = new EngineIdentity(
            new Eid(source[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[28..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[32..]),
            Encoding.UTF8.GetString(source.Slice(41, label)));
        hello = new Hello(
            BinaryPrimitives.ReadUInt16LittleEndian(source[4..]), (HelloPurpose)source[6], (HelloVerdict)source[7], identity);
        return BinaryPrimitives.ReadUInt32LittleEndian(source) == Magic
            && (hello.Version != CurrentVersion || (source[40] <= MaximumLabelBytes && identity.Uasid is > 0 and <= ushort.MaxValue));
    }
}
