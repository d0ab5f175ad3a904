namespace Urma.Net;

/// <summary>What importers of a segment may do. Bits are those of <c>urma_reg_seg_flag_t.access</c> (liburma, <c>urma_types.h</c>).</summary>
[Flags]
public enum SegmentAccess
{
    /// <summary>Nobody may import it: it serves only as a local buffer.</summary>
    LocalOnly = 1,

    /// <summary>Importers may read.</summary>
    Read = 2,

    /// <summary>Importers may write; needs <see cref="Read"/>.</summary>
    Write = 4,

    /// <summary>Importers may use atomics; needs <see cref="Read"/> and <see cref="Write"/>.</summary>
    Atomic = 8,

    /// <summary>Read, write and atomics.</summary>
    All = Read | Write | Atomic,
}
