using System.Security.Cryptography;
using System.Text;
using Urma.Net.Internal;

namespace Urma.Net.Collectives.Bootstrap;

/// <summary>What a rank says of itself, and how both ends prove to know the secret of the id without saying it.</summary>
/// <remarks>
/// What follows the handshake is neither secret nor protected: it keeps strangers and mistakes out, not those who can change packets on their way.
/// </remarks>
/// <param name="Id">The public part of the id.</param>
/// <param name="Rank">The rank; nobody has checked it yet.</param>
/// <param name="Size">How many ranks it believes there are.</param>
/// <param name="Nonce">A number used once.</param>
/// <param name="Process">Tells processes apart, also across hosts and namespaces.</param>
/// <param name="Pid">For messages.</param>
/// <param name="Host">For messages.</param>
internal sealed record ControlHello(UInt128 Id, int Rank, int Size, UInt128 Nonce, UInt128 Process, int Pid, string Host)
{
    private const int Magic = 0x4c4f4355;
    private const int Version = 1;

    /// <summary>This process.</summary>
    public static UInt128 OwnProcess { get; } = NewNonce();

    /// <summary>What this process says of itself.</summary>
    public static ControlHello Own(UniqueId id, int rank, int size) =>
        new(id.PublicPart(), rank, size, NewNonce(), OwnProcess, Environment.ProcessId, Environment.MachineName);

    /// <summary>A number that nobody has seen or can guess.</summary>
    public static UInt128 NewNonce()
    {
        Span<byte> bytes = stackalloc byte[16];
        Entropy.Fill(bytes);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }

    public static ControlHello Read(ReadOnlySpan<byte> body)
    {
        var reader = new FrameReader(body);
        return reader.Number() == Magic && reader.Number() == Version
            ? new ControlHello(reader.Wide(), reader.Number(), reader.Number(), reader.Wide(), reader.Wide(), reader.Number(), reader.Text(ControlLimits.StrangerFrame))
            : throw new InvalidDataException("This is no rank, or one of another version.");
    }

    public byte[] ToFrame() => new FrameWriter(FrameKind.Hello)
        .Number(Magic).Number(Version).Wide(Id).Number(Rank).Number(Size).Wide(Nonce).Wide(Process).Number(Pid).Text(Host, 255).ToFrame();

    /// <summary>The rank in words.</summary>
    public string Describe() => $"rank {Rank} (process {Pid} on {Host})";

    /// <summary>What proves that one end knows the secret.</summary>
    /// <param name="secret">The id's.</param>
    /// <param name="role">Which end it is; otherwise one could answer with what the other has said.</param>
    /// <param name="hello">The body of the rank's hello, which contains a number of its choice.</param>
    /// <param name="nonce">The hub's number.</param>
    public static byte[] Prove(ReadOnlySpan<byte> secret, string role, ReadOnlySpan<byte> hello, UInt128 nonce)
    {
        byte[] proof = new byte[Sha256.Size];
        Sha256.Hmac(secret, new FrameWriter(FrameKind.Proof).Bytes(Encoding.ASCII.GetBytes(role)).Bytes(hello).Wide(nonce).ToFrame(), proof);
        return proof;
    }

    /// <summary>Compares proofs in a time that says nothing about them.</summary>
    public static bool Matches(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> shown) => CryptographicOperations.FixedTimeEquals(expected, shown);
}
