using System.Runtime.InteropServices;

namespace Urma.Net.Global;

/// <summary>What a member whose memory is not mapped asks the creator of an ownership domain, and how every message between them begins.</summary>
/// <remarks>Little-endian on the wire, as everything shared between engines.</remarks>
[StructLayout(LayoutKind.Sequential)]
internal struct OwnershipCall
{
    /// <summary>Version of the messages; a creator refuses another.</summary>
    public const int Version = 1;

    public const int Size = 32;

    /// <summary>The caller's number of the call, which its answer repeats; 0 where none is due.</summary>
    public int Id;

    /// <summary>What is asked; in an answer what was.</summary>
    public OwnershipVerb Verb;

    /// <summary>The first granule.</summary>
    public int First;

    /// <summary>The granule behind the last one.</summary>
    public int End;

    /// <summary>A length, a time in milliseconds (-1: the domain's), a count.</summary>
    public long Value;

    /// <summary>What is wanted, an <see cref="Ownership"/>; or a flag.</summary>
    public int Wanted;

    /// <summary>In an answer: 0, or what failed; its words follow. See <see cref="OwnershipFault"/>.</summary>
    public int Fault;

    /// <summary>Puts a message together.</summary>
    public readonly byte[] With(ReadOnlySpan<byte> payload)
    {
        byte[] message = new byte[Size + payload.Length];
        MemoryMarshal.Write(message, this);
        payload.CopyTo(message.AsSpan(Size));
        return message;
    }

    /// <summary>Takes a message apart.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out OwnershipCall call)
    {
        bool isWhole = message.Length >= Size;
        call = isWhole ? MemoryMarshal.Read<OwnershipCall>(message) : default;
        return isWhole;
    }
}
