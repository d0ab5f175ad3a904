using System.Runtime.InteropServices;

namespace Urma.Net;

/// <summary>A checked place in an imported segment, in 16 bytes: the target of UDMA.</summary>
/// <remarks>Made by <see cref="TargetSegment.At(long, long)"/>. The range is checked again when it is used, so a stale or forged value gets nothing.</remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly struct RemoteAddress : IEquatable<RemoteAddress>
{
    internal RemoteAddress(ulong offset, ulong token)
    {
        Offset = offset;
        Token = token;
    }

    /// <summary>Bytes from the start of the segment.</summary>
    internal ulong Offset { get; }

    /// <summary>The provider's token of the imported segment.</summary>
    internal ulong Token { get; }

    /// <inheritdoc/>
    public bool Equals(RemoteAddress other) => Offset == other.Offset && Token == other.Token;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RemoteAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Offset, Token);

    /// <summary>Compares place and segment.</summary>
    public static bool operator ==(RemoteAddress left, RemoteAddress right) => left.Equals(right);

    /// <summary>Compares place and segment.</summary>
    public static bool operator !=(RemoteAddress left, RemoteAddress right) => !left.Equals(right);
}
