namespace Urma.Net;

/// <summary>How a translation or a copy between global addresses ended.</summary>
public enum GlobalMemoryStatus
{
    /// <summary>All bytes are where they should be.</summary>
    Success = 0,

    /// <summary>Not tried: an earlier part of the same work failed, or the context was closed first.</summary>
    NotAttempted = 1,

    /// <summary>A negative length, or a range that leaves the 64-bit address space.</summary>
    InvalidRange = 2,

    /// <summary>Nothing was imported from an engine of this EID and UASID, and it is not this context's own.</summary>
    UnknownSpace = 3,

    /// <summary>The engine is known, but not all of the range lies in segments that were registered here or imported from it.</summary>
    Unmapped = 4,

    /// <summary>The grant does not include the access: a write to memory imported read-only.</summary>
    AccessDenied = 5,

    /// <summary>
    /// The owner ended the grant, or the segment was disposed here, before or while bytes moved. No byte went to memory that was not granted; how many arrived before is not known.
    /// </summary>
    Revoked = 6,

    /// <summary>
    /// The owner died or closed its context, before or while bytes moved. Where memory is reached by posted work, also an owner that did not
    /// answer (within <see cref="UrmaContextOptions.ControlTimeout"/>, or the device's own time): that import is then over.
    /// </summary>
    OwnerLost = 7,

    /// <summary>The kernel or the device refused to copy from or to memory of the owner that could not be mapped; how many bytes arrived before is not known.</summary>
    CopyRefused = 8,

    /// <summary>Somebody who holds what the access needs did not let go in time; nothing was read or written.</summary>
    TimedOut = 9,

    /// <summary>The device asks a jetty of the owner's for the way there, and none is imported. Nothing was moved.</summary>
    NoWay = 10,
}
