namespace Urma.Net.Verbs;

/// <summary>
/// Memory as verbs programs name it to each other: an address in the owner's process and the key by which the owner's device knows it. Whoever
/// is connected and knows both may use the memory, so a key is a secret as a token is one.
/// </summary>
/// <param name="Address">The first byte, in the owner's address space.</param>
/// <param name="Key">The <c>rkey</c> of the region.</param>
/// <param name="Length">Bytes from there.</param>
public readonly record struct VerbsPairMemory(ulong Address, uint Key, long Length)
{
    /// <summary>Names a segment of ours for a program at the other end of a <see cref="VerbsPair"/>.</summary>
    /// <param name="segment">Of a <see cref="VerbsContext"/>. What it grants is what the peer may do; <see cref="Segment.Revoke"/> ends it and makes a new key.</param>
    /// <exception cref="ArgumentException">It is another provider's.</exception>
    /// <exception cref="UrmaException">It is its owner's alone, empty, or its lease has ended.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed.</exception>
    public static VerbsPairMemory Of(Segment segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        return segment is VerbsSegment own
            ? own.Named()
            : throw new ArgumentException($"The segment belongs to {segment.Context.Device.Name}, not to an RDMA device: allocate it in the VerbsContext of the pair.", nameof(segment));
    }
}
