using System.Runtime.InteropServices;
using Urma.Net.Internal;

namespace Urma.Net.Messaging;

/// <summary>Written by whoever polls and by whoever gives leases back.</summary>
[StructLayout(LayoutKind.Explicit, Size = 384)]
internal struct ReceiverState
{
    /// <summary>Who polls the JFC and takes from the inbox.</summary>
    [FieldOffset(128)]
    public Gate PollGate;

    /// <summary>Messages taken from the inbox.</summary>
    [FieldOffset(132)]
    public uint InboxTaken;

    /// <summary>Messages put into the inbox.</summary>
    [FieldOffset(136)]
    public uint InboxPut;

    /// <summary>Who posts receives and control messages.</summary>
    [FieldOffset(192)]
    public Gate PostGate;

    /// <summary>Slots given back and not yet posted again.</summary>
    [FieldOffset(196)]
    public int Returned;

    /// <summary>Receives posted again, modulo 2³².</summary>
    [FieldOffset(200)]
    public uint Reposted;

    /// <summary>How many of those the peer was told of.</summary>
    [FieldOffset(204)]
    public uint Announced;
}
