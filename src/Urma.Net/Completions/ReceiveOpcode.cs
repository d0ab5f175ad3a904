namespace Urma.Net;

/// <summary>What filled a posted receive. Numbers are those of <c>urma_cr_opcode_t</c> (liburma).</summary>
public enum ReceiveOpcode : byte
{
    /// <summary>A message.</summary>
    Send = 0,

    /// <summary>A message with an immediate value.</summary>
    SendWithImmediate = 1,

    /// <summary>A message that also invalidated a token.</summary>
    SendWithInvalidate = 2,

    /// <summary>A one-sided write that announced itself with an immediate value; the receive's buffer is untouched.</summary>
    WriteWithImmediate = 3,
}
