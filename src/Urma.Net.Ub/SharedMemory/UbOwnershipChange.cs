namespace Urma.Net.Ub;

/// <summary>One wish of a batch: what this host will hold of a range of <see cref="UbSharedMemory"/>.</summary>
/// <param name="Offset">First byte, from the start of the memory; a multiple of <see cref="UbSharedMemory.OwnershipGranule"/>.</param>
/// <param name="Length">Bytes, more than 0; a multiple of <see cref="UbSharedMemory.OwnershipGranule"/>.</param>
/// <param name="Ownership">What this host will hold. <see cref="Ownership.None"/> gives the range back, and writes back what was written.</param>
public readonly record struct UbOwnershipChange(long Offset, long Length, Ownership Ownership);
