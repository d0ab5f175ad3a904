using System.Runtime.InteropServices;

namespace Urma.Net;

/// <summary>A completion with what only the receiving side learns: who sent, and the immediate value.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct ReceiveCompletion
{
    /// <summary>Builds the wide form of a completion.</summary>
    /// <param name="completion">The 16-byte part.</param>
    /// <param name="immediate">The sender's immediate value, valid with <see cref="CompletionFlags.Immediate"/>.</param>
    /// <param name="sourceUasid">The sending engine's UASID.</param>
    /// <param name="sourceJettyId">The sending jetty's number within its engine.</param>
    /// <param name="opcode">What filled the receive.</param>
    public ReceiveCompletion(Completion completion, ulong immediate, uint sourceUasid, uint sourceJettyId, ReceiveOpcode opcode)
    {
        Completion = completion;
        Immediate = immediate;
        SourceUasid = sourceUasid;
        SourceJettyId = sourceJettyId;
        Opcode = opcode;
    }

    /// <summary>The 16-byte part: user context, bytes, status, flags.</summary>
    public Completion Completion { get; }

    /// <summary>The sender's 64-bit immediate value; valid where <see cref="CompletionFlags.Immediate"/> is set.</summary>
    public ulong Immediate { get; }

    /// <summary>The sending engine's UASID (24 bits).</summary>
    public uint SourceUasid { get; }

    /// <summary>The sending jetty's number within its engine.</summary>
    public uint SourceJettyId { get; }

    /// <summary>What filled the receive; meaningful where <see cref="Completion.IsReceive"/> is true.</summary>
    public ReceiveOpcode Opcode { get; }
}
