namespace Urma.Net;

/// <summary>How peers reach the memory of a segment.</summary>
public enum SegmentMode
{
    /// <summary>The provider allocated it; peers map it.</summary>
    Mapped = 0,

    /// <summary>The caller's memory, moved into shareable pages in place when it was registered; peers map it.</summary>
    Adopted = 1,

    /// <summary>The caller's memory, which cannot be shared; data is copied by the kernel and atomics run at the owner. No views.</summary>
    Copied = 2,
}
