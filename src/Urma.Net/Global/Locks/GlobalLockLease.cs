using Urma.Net.Global;

namespace Urma.Net;

/// <summary>A held <see cref="GlobalLock"/>: disposing it gives the lock up. Disposing again, or a copy, or the default value, does nothing.</summary>
/// <remarks>Any thread may dispose it, once; it does not allocate.</remarks>
public readonly struct GlobalLockLease : IDisposable, IEquatable<GlobalLockLease>
{
    private readonly GlobalLock? _lock;
    private readonly ulong _position;
    private readonly PlaceState _state;
    private readonly bool _isFirst;

    internal GlobalLockLease(GlobalLock owner, ulong position, PlaceState state, bool isFirst, bool isRecovered)
    {
        _lock = owner;
        _position = position;
        _state = state;
        _isFirst = isFirst;
        IsRecovered = isRecovered;
    }

    /// <summary>The number of this acquisition, to show to what the lock protects.</summary>
    public FencingToken Token => _lock is null ? default : new FencingToken((long)(_position - GlobalLockLayout.Places) + 1);

    /// <summary>
    /// Whether a writer died holding the lock and no writer has left it properly since: what it protects may be half changed. A writer
    /// that leaves says that it has put that right.
    /// </summary>
    public bool IsRecovered { get; }

    /// <summary>Whether other readers may be inside, too.</summary>
    public bool IsShared => _state == PlaceState.HoldRead;

    /// <summary>Whether the lock is still held: not given up, and not taken away because this member was believed dead.</summary>
    public bool IsHeld => _lock is not null && _lock.IsHeld(_position, _state);

    /// <summary>Gives the lock up.</summary>
    public void Dispose() => _lock?.Exit(_position, _state, _isFirst, IsRecovered);

    /// <inheritdoc/>
    public bool Equals(GlobalLockLease other) => ReferenceEquals(_lock, other._lock) && _position == other._position;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is GlobalLockLease other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_lock, _position);

    /// <summary>Whether both are of one acquisition.</summary>
    public static bool operator ==(GlobalLockLease left, GlobalLockLease right) => left.Equals(right);

    /// <summary>Whether they are of different acquisitions.</summary>
    public static bool operator !=(GlobalLockLease left, GlobalLockLease right) => !left.Equals(right);
}
