using Urma.Net.Global;

namespace Urma.Net;

/// <summary>A named range of an <see cref="OwnershipDomain"/>, the same bytes in every member. Reached through scopes.</summary>
/// <remarks>Thread-safe. Ownership is the process's: its threads share what it holds, and keep each other out by other means.</remarks>
public sealed class SharedRegion
{
    internal SharedRegion(OwnershipDomain domain, string name, int first, long length)
    {
        Domain = domain;
        Name = name;
        FirstGranule = first;
        Length = length;
        GranuleCount = (int)((length + domain.GranuleSize - 1) / domain.GranuleSize);
    }

    /// <summary>The domain.</summary>
    public OwnershipDomain Domain { get; }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>Length in bytes.</summary>
    public long Length { get; }

    /// <summary>
    /// The first byte in this process, with <see cref="OwnershipEnforcement.PageProtection"/>: a load or store of what this process does
    /// not own is a SIGSEGV. What it owns can be taken away any time unless a scope is open.
    /// </summary>
    /// <exception cref="UrmaException">The domain checks in the library only: use scopes. Or a fabric model is on, which cannot delay this.</exception>
    public nint Address => Domain.AddressOf(this);

    internal int FirstGranule { get; }

    internal int GranuleCount { get; }

    /// <summary>
    /// Opens a range for reading and writing, and takes it first where this process does not own it. Nobody else gets it while the
    /// scope is open. With other scopes open on the same thread this can be a deadlock with somebody who opens them the other way
    /// round, which the timeout ends; get what is needed together by one batch of changes.
    /// </summary>
    /// <param name="offset">First byte.</param>
    /// <param name="length">Bytes, more than 0. All granules that they touch are taken.</param>
    /// <param name="timeout">The longest wait; the domain's when null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or does not lie inside the region.</exception>
    /// <exception cref="UrmaException">The time was over; the message names the holder. Or the domain is gone.</exception>
    public OwnershipScope AcquireWrite(long offset, long length, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Domain.Open(this, offset, length, Ownership.Write, acquire: true, timeout, cancellationToken);

    /// <summary>As <see cref="AcquireWrite"/>, for reading only, beside other readers.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="length">Bytes, more than 0.</param>
    /// <param name="timeout">The longest wait; the domain's when null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or does not lie inside the region.</exception>
    /// <exception cref="UrmaException">The time was over; the message names the holder. Or the domain is gone.</exception>
    public OwnershipScope AcquireRead(long offset, long length, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Domain.Open(this, offset, length, Ownership.Read, acquire: true, timeout, cancellationToken);

    /// <summary>Opens a range that this process owns for writing, without asking anybody.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="length">Bytes, more than 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or does not lie inside the region.</exception>
    /// <exception cref="UrmaException"><see cref="UrmaStatus.OperationNotPermitted"/>: it does not own it (any more).</exception>
    public OwnershipScope OpenWrite(long offset, long length) =>
        Domain.Open(this, offset, length, Ownership.Write, acquire: false, null, default);

    /// <summary>Opens a range that this process owns for reading or writing, without asking anybody.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="length">Bytes, more than 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or does not lie inside the region.</exception>
    /// <exception cref="UrmaException"><see cref="UrmaStatus.OperationNotPermitted"/>: it does not own it (any more).</exception>
    public OwnershipScope OpenRead(long offset, long length) =>
        Domain.Open(this, offset, length, Ownership.Read, acquire: false, null, default);

    /// <summary>What this process holds of a range at this moment: the least of all its granules.</summary>
    /// <param name="offset">First byte.</param>
    /// <param name="length">Bytes, more than 0.</param>
    public Ownership GetOwnership(long offset, long length) => Domain.Held(this, offset, length);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Length} bytes of {Domain.Name})";
}
