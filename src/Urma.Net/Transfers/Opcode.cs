namespace Urma.Net;

/// <summary>What a work request does. Numbers are those of <c>urma_opcode_t</c> (liburma, <c>urma_opcode.h</c>).</summary>
public enum Opcode : byte
{
    /// <summary>Copies local bytes to remote memory.</summary>
    Write = 0x00,

    /// <summary>Write, then consumes a receive at the target to deliver a 64-bit immediate value.</summary>
    WriteImmediate = 0x01,

    /// <summary>Write, then stores a 64-bit value at a second remote address; the value is visible only after the data.</summary>
    WriteNotify = 0x02,

    /// <summary>Copies remote bytes to local memory.</summary>
    Read = 0x10,

    /// <summary>Atomic compare and swap on 4 or 8 bytes; the old value lands in the local buffer.</summary>
    CompareSwap = 0x20,

    /// <summary>Atomic exchange.</summary>
    Swap = 0x21,

    /// <summary>Atomic fetch and add.</summary>
    FetchAdd = 0x22,

    /// <summary>Atomic fetch and subtract.</summary>
    FetchSub = 0x23,

    /// <summary>Atomic fetch and bitwise and.</summary>
    FetchAnd = 0x24,

    /// <summary>Atomic fetch and bitwise or.</summary>
    FetchOr = 0x25,

    /// <summary>Atomic fetch and bitwise exclusive or.</summary>
    FetchXor = 0x26,

    /// <summary>Sends a message into a posted receive.</summary>
    Send = 0x40,

    /// <summary>Send with a 64-bit immediate value.</summary>
    SendImmediate = 0x41,

    /// <summary>Does nothing but complete, in order.</summary>
    Nop = 0x51,
}
