using System.Runtime.InteropServices;

namespace Urma.Net.Messaging;

// Sender and receiver of a channel may be two threads on two cores. What each writes per message lies on lines of its own, with
// a line of padding before and after, because the runtime places the fields of an object as it likes.

/// <summary>Written by the sending thread for each message.</summary>
[StructLayout(LayoutKind.Explicit, Size = 384)]
internal struct SenderState
{
    /// <summary>The request of short messages; only its buffer changes.</summary>
    [FieldOffset(128)]
    public WorkRequest Request;

    /// <summary>Messages sent that cost a credit, modulo 2³².</summary>
    [FieldOffset(240)]
    public uint Sent;

    /// <summary>Whether the message that is being sent carries a span.</summary>
    [FieldOffset(244)]
    public bool IsTraced;
}
