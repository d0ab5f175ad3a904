using System.Runtime.InteropServices;

namespace Urma.Net;

/// <summary>One copy of a batch.</summary>
/// <remarks>Immutable.</remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly struct XcopyItem : IEquatable<XcopyItem>
{
    // Fields, because a property would hand out copies of 32 bytes in the loop over a batch.
    internal readonly GlobalAddress To;
    internal readonly GlobalAddress From;

    /// <summary>Describes a copy.</summary>
    /// <param name="destination">First byte to write.</param>
    /// <param name="source">First byte to read.</param>
    /// <param name="length">Bytes, 0 or more; a negative length fails when the batch is copied.</param>
    public XcopyItem(in GlobalAddress destination, in GlobalAddress source, long length)
    {
        To = destination;
        From = source;
        Length = length;
    }

    /// <summary>First byte to write.</summary>
    public GlobalAddress Destination => To;

    /// <summary>First byte to read.</summary>
    public GlobalAddress Source => From;

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <inheritdoc/>
    public bool Equals(XcopyItem other) => To == other.To && From == other.From && Length == other.Length;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is XcopyItem other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(To, From, Length);

    /// <inheritdoc/>
    public override string ToString() => $"{Length} bytes from {From} to {To}";

    /// <summary>Whether both describe the same copy.</summary>
    public static bool operator ==(in XcopyItem left, in XcopyItem right) => left.Equals(right);

    /// <summary>Whether they describe different copies.</summary>
    public static bool operator !=(in XcopyItem left, in XcopyItem right) => !left.Equals(right);
}
