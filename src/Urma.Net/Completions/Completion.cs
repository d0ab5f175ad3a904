using System.Runtime.InteropServices;

namespace Urma.Net;

/// <summary>A completion in 16 bytes: which request, how it ended, how many bytes.</summary>
/// <remarks>Test <see cref="Status"/> before trusting <see cref="UserContext"/>: marker completions carry none.</remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Completion : IEquatable<Completion>
{
    private const int LengthBits = 48;
    private const ulong LengthMask = (1UL << LengthBits) - 1;

    private readonly ulong _userContext;
    private readonly ulong _packed;

    /// <summary>Packs a completion.</summary>
    /// <param name="userContext">The value given with the request.</param>
    /// <param name="byteCount">Bytes moved, 0 to 2⁴⁸ − 1.</param>
    /// <param name="status">How the operation ended.</param>
    /// <param name="flags">What kind of completion it is.</param>
    public Completion(ulong userContext, long byteCount, CompletionStatus status, CompletionFlags flags)
    {
        _userContext = userContext;
        _packed = ((ulong)byteCount & LengthMask) | ((ulong)status << LengthBits) | ((ulong)flags << 56);
    }

    private Completion(ulong userContext, ulong packed)
    {
        _userContext = userContext;
        _packed = packed;
    }

    /// <summary>The value given with the request.</summary>
    public ulong UserContext => _userContext;

    /// <summary>Bytes moved; 0 where the operation failed.</summary>
    public long ByteCount => (long)(_packed & LengthMask);

    /// <summary>How the operation ended.</summary>
    public CompletionStatus Status => (CompletionStatus)(byte)(_packed >> LengthBits);

    /// <summary>What kind of completion this is.</summary>
    public CompletionFlags Flags => (CompletionFlags)(byte)(_packed >> 56);

    /// <summary>Whether the operation succeeded.</summary>
    public bool IsSuccess => (byte)(_packed >> LengthBits) == 0;

    /// <summary>Whether a posted receive was filled.</summary>
    public bool IsReceive => (Flags & CompletionFlags.Receive) != 0;

    /// <summary>Throws when the operation failed.</summary>
    /// <exception cref="UrmaException">The operation failed; <see cref="UrmaException.CompletionStatus"/> says how.</exception>
    public void ThrowIfFailed()
    {
        if (!IsSuccess)
        {
            Internal.ThrowHelper.CompletionFailed(Status);
        }
    }

    internal static Completion FromPacked(ulong userContext, ulong packed) => new(userContext, packed);

    /// <inheritdoc/>
    public bool Equals(Completion other) => _userContext == other._userContext && _packed == other._packed;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Completion other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_userContext, _packed);

    /// <summary>Compares all fields.</summary>
    public static bool operator ==(Completion left, Completion right) => left.Equals(right);

    /// <summary>Compares all fields.</summary>
    public static bool operator !=(Completion left, Completion right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => $"{Status} user={UserContext} bytes={ByteCount} {Flags}";
}
