namespace Urma.Net;

/// <summary>Width of an atomic operation in bytes; the remote word must be aligned to it.</summary>
public enum AtomicWidth
{
    /// <summary>4 bytes; operands use their low half, results are zero-extended.</summary>
    Bits32 = 4,

    /// <summary>8 bytes.</summary>
    Bits64 = 8,
}
