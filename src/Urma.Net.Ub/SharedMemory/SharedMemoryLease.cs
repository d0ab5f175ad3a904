using Urma.Net.Internal;

namespace Urma.Net.Ub;

/// <summary>An open view of shared memory, which keeps its rights in place.</summary>
internal sealed class SharedMemoryLease(UbSharedMemory memory, long offset, long length, bool isWritable) : ISegmentLease
{
    public bool IsWritable => isWritable;

    // Nobody takes rights away in OBMM: they are given up.
    public bool IsRevoked => false;

    public void Release() => memory.End(this);

    /// <summary>Whether a change would take away what the view needs.</summary>
    public bool Forbids(in UbOwnershipChange change) =>
        change.Ownership < (isWritable ? Ownership.Write : Ownership.Read)
        && change.Offset < offset + length && offset < change.Offset + change.Length;
}
