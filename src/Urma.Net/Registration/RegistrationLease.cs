namespace Urma.Net;

/// <summary>
/// Memory of the program's that is registered for as long as this lives (<see cref="RegistrationCache.Rent(Memory{byte})"/>). Dispose it, once, when
/// the last request that uses <see cref="Range"/> has completed; before that the device may still read or write there.
/// </summary>
/// <remarks>A value: copies are the same lease.</remarks>
public readonly struct RegistrationLease : IDisposable, IEquatable<RegistrationLease>
{
    private readonly RegistrationCache? _cache;
    private readonly CachedRegistration? _entry;

    internal RegistrationLease(RegistrationCache cache, CachedRegistration entry, SegmentRange range)
    {
        _cache = cache;
        _entry = entry;
        Range = range;
    }

    /// <summary>The memory as a buffer of work requests; empty for memory of no bytes.</summary>
    public SegmentRange Range { get; }

    /// <summary>Ends the lease. The memory usually stays registered, for the next time.</summary>
    /// <exception cref="InvalidOperationException">All leases of this memory have ended already: this one was disposed twice.</exception>
    public void Dispose()
    {
        if (_entry is { } entry)
        {
            _cache!.Return(entry);
        }
    }

    /// <inheritdoc/>
    public bool Equals(RegistrationLease other) => _entry == other._entry && Range.Address == other.Range.Address && Range.Length == other.Range.Length;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RegistrationLease other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_entry, Range.Address, Range.Length);

    /// <summary>Whether both are leases of the same piece.</summary>
    public static bool operator ==(RegistrationLease left, RegistrationLease right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(RegistrationLease left, RegistrationLease right) => !left.Equals(right);
}
