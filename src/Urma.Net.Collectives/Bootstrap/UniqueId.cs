using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Urma.Net.Collectives.Bootstrap;
using Urma.Net.Internal;

namespace Urma.Net.Collectives;

/// <summary>
/// What the ranks of a communicator have in common: how they find each other, and a secret by which they know each other. One process makes
/// it with <see cref="Create"/> and gives its bytes to the others by any means, or all of them make it from one name or address.
/// </summary>
/// <remarks>
/// An id of <see cref="Create"/> contains 256 secret bits: whoever has it can join. Pass it by environment, file or message, never on a command
/// line. Immutable; serves one communicator at a time.
/// </remarks>
public readonly struct UniqueId : IEquatable<UniqueId>
{
    /// <summary>The size of <see cref="ToBytes"/>; NCCL's, so that code which passes its id on in an array of that length can stay.</summary>
    public const int Size = 128;

    internal const int MaximumAddresses = 5;

    private const byte Version = 1;
    private const int KindOffset = 1;
    private const int PortOffset = 2;
    private const int LengthOffset = 4;
    private const int OnlyRemoteOffset = 5;
    private const int SecretOffset = 8;
    private const int SecretLength = 32;
    private const int TextOffset = SecretOffset + SecretLength;
    private const int AddressLength = 16;
    private const int TextCapacity = MaximumAddresses * AddressLength;
    private const int ChecksumOffset = TextOffset + TextCapacity;
    private const int ChecksumLength = 8;
    private const string TextPrefix = "urma:";

    private readonly Bytes _bytes;

    private UniqueId(ReadOnlySpan<byte> bytes) => bytes.CopyTo(_bytes);

    /// <summary>Whether this is the default value, by which nobody can be found.</summary>
    public bool IsEmpty => Kind == UniqueIdKind.None;

    internal UniqueIdKind Kind => (UniqueIdKind)_bytes[KindOffset];

    internal int Port => BinaryPrimitives.ReadUInt16LittleEndian(Content[PortOffset..]);

    /// <summary>Whether the hub can be reached by a name of its host.</summary>
    internal bool HasLocalName => Kind == UniqueIdKind.Name || (Kind == UniqueIdKind.Listener && _bytes[OnlyRemoteOffset] == 0);

    /// <summary>Whether the hub can be reached over TCP.</summary>
    internal bool HasPort => Port != 0;

    [UnscopedRef]
    internal ReadOnlySpan<byte> Secret => Content.Slice(SecretOffset, SecretLength);

    /// <summary>The name or the host, perhaps cut off; empty for an id of <see cref="Create"/>.</summary>
    internal string Text => Kind is UniqueIdKind.Name or UniqueIdKind.Endpoint
        ? Encoding.UTF8.GetString(Content.Slice(TextOffset, _bytes[LengthOffset]))
        : string.Empty;

    [UnscopedRef]
    private ReadOnlySpan<byte> Content => _bytes;

    /// <summary>
    /// Makes an id and begins to listen for ranks in this process, which must live until all of them have left. It may be one of them, or several.
    /// </summary>
    /// <remarks>When no rank has come after ten minutes, it listens no more.</remarks>
    /// <param name="address">
    /// The one address of this machine at which to listen, over TCP. When left out, all of its addresses, and for ranks of this host a name.
    /// </param>
    /// <exception cref="UrmaException">No socket could be opened.</exception>
    public static UniqueId Create(IPAddress? address = null) => ControlHub.Create(address);

    /// <summary>Stops listening for the ranks of an id that this process has made, unless all of them have come already.</summary>
    public void Discard() => ControlHub.Find(this)?.Discard();

    /// <summary>Makes an id that every process of this user on this host can make as well.</summary>
    /// <param name="name">Any text but an empty one. Two communicators of one name cannot exist at the same time.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static UniqueId FromName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Span<byte> secret = stackalloc byte[SecretLength];
        Sha256.Hash(Encoding.UTF8.GetBytes($"urma-collectives name\0{name}"), secret);
        return Make(UniqueIdKind.Name, 0, secret, Shorten(name), null);
    }

    /// <summary>Makes an id by which rank 0 listens at a TCP address that the others know.</summary>
    /// <param name="host">A name or an address of the machine of rank 0, at most 80 bytes.</param>
    /// <param name="port">From 1 to 65535.</param>
    /// <param name="secret">What only the ranks know; without it every process that reaches the port can join.</param>
    /// <exception cref="ArgumentException">The host is empty or too long, or the port none.</exception>
    public static UniqueId FromEndpoint(string host, int port, string? secret = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, ushort.MaxValue);
        if (Encoding.UTF8.GetByteCount(host) > TextCapacity)
        {
            throw new ArgumentException($"A host name of more than {TextCapacity} bytes does not fit into an id.", nameof(host));
        }

        Span<byte> hash = stackalloc byte[SecretLength];
        Sha256.Hash(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"urma-collectives endpoint\0{host}\0{port}\0{secret}")), hash);
        return Make(UniqueIdKind.Endpoint, port, hash, host, null);
    }

    /// <summary>Reads what <see cref="ToBytes"/> gave.</summary>
    /// <exception cref="FormatException">It is no id, or a damaged one.</exception>
    public static UniqueId Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new FormatException($"An id has {Size} bytes, and here are {bytes.Length}.");
        }

        var id = new UniqueId(bytes);
        Span<byte> hash = stackalloc byte[Sha256.Size];
        Sha256.Hash(bytes[..ChecksumOffset], hash);
        int limit = id.Kind == UniqueIdKind.Listener ? MaximumAddresses : TextCapacity;
        return bytes[0] == Version && id.Kind is >= UniqueIdKind.Listener and <= UniqueIdKind.Endpoint && bytes[LengthOffset] <= limit
            && hash[..ChecksumLength].SequenceEqual(bytes[ChecksumOffset..])
            ? id
            : throw new FormatException("These bytes are no id, or a damaged one: pass on exactly what ToBytes gave.");
    }

    /// <summary>Reads what <see cref="ToString"/> gave.</summary>
    /// <exception cref="FormatException">It is no id, or a damaged one.</exception>
    public static UniqueId Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return IsText(text) && Base64Url.IsValid(text.AsSpan(TextPrefix.Length))
            ? Read(Base64Url.DecodeFromChars(text.AsSpan(TextPrefix.Length)))
            : throw new FormatException($"An id in text begins with '{TextPrefix}', and letters, digits, '-' and '_' follow.");
    }

    /// <summary>The id, to be given to the other ranks.</summary>
    /// <returns><see cref="Size"/> bytes.</returns>
    public byte[] ToBytes() => Content.ToArray();

    /// <summary>The id as text, with its secret: for a variable of the environment, not for a log.</summary>
    public override string ToString() => IsEmpty ? string.Empty : TextPrefix + Base64Url.EncodeToString(Content);

    /// <inheritdoc/>
    public bool Equals(UniqueId other) => Content.SequenceEqual(other.Content);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is UniqueId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => MemoryMarshal.Read<int>(Content[ChecksumOffset..]);

    /// <summary>Whether two ids are the same.</summary>
    public static bool operator ==(UniqueId left, UniqueId right) => left.Equals(right);

    /// <summary>Whether two ids differ.</summary>
    public static bool operator !=(UniqueId left, UniqueId right) => !left.Equals(right);

    internal static bool IsText(string text) => text.StartsWith(TextPrefix, StringComparison.Ordinal);

    internal static UniqueId Make(UniqueIdKind kind, int port, ReadOnlySpan<byte> secret, string? text, ReadOnlySpan<IPAddress> addresses, bool onlyRemote = false)
    {
        Span<byte> bytes = stackalloc byte[Size];
        bytes.Clear();
        bytes[0] = Version;
        bytes[KindOffset] = (byte)kind;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[PortOffset..], (ushort)port);
        secret.CopyTo(bytes[SecretOffset..]);
        bytes[LengthOffset] = (byte)addresses.Length;
        bytes[OnlyRemoteOffset] = onlyRemote ? (byte)1 : (byte)0;
        for (int i = 0; i < addresses.Length; i++)
        {
            _ = addresses[i].MapToIPv6().TryWriteBytes(bytes[(TextOffset + (i * AddressLength))..], out _);
        }

        if (text is not null)
        {
            bytes[LengthOffset] = (byte)Encoding.UTF8.GetBytes(text, bytes.Slice(TextOffset, TextCapacity));
        }

        Span<byte> hash = stackalloc byte[Sha256.Size];
        Sha256.Hash(bytes[..ChecksumOffset], hash);
        hash[..ChecksumLength].CopyTo(bytes[ChecksumOffset..]);
        return new UniqueId(bytes);
    }

    /// <summary>Where the maker of the id listens; empty for the other kinds.</summary>
    internal IPAddress[] Addresses()
    {
        var addresses = new IPAddress[Kind == UniqueIdKind.Listener ? _bytes[LengthOffset] : 0];
        for (int i = 0; i < addresses.Length; i++)
        {
            var address = new IPAddress(Content.Slice(TextOffset + (i * AddressLength), AddressLength));
            addresses[i] = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        }

        return addresses;
    }

    /// <summary>What may be seen of the id: a hash of its secret that names the communicator to strangers.</summary>
    internal UInt128 PublicPart()
    {
        Span<byte> hash = stackalloc byte[Sha256.Size];
        Sha256.Hmac(Secret, "public part"u8, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    /// <summary>The abstract name of the socket by which processes of this host reach the hub.</summary>
    internal string SocketName() => string.Create(CultureInfo.InvariantCulture, $"urma-coll-{PublicPart():x32}");

    /// <summary>The id in words, without its secret.</summary>
    internal string Describe() => Kind switch
    {
        UniqueIdKind.Name => $"'{Text}'",
        UniqueIdKind.Endpoint => string.Create(CultureInfo.InvariantCulture, $"{Text}:{Port}"),
        UniqueIdKind.Listener => string.Create(CultureInfo.InvariantCulture, $"{(uint)PublicPart():x8} of {string.Join(", ", Addresses().Select(static a => a.ToString()))} port {Port}"),
        _ => "none",
    };

    // Cut between characters.
    private static string Shorten(string name)
    {
        int length = name.Length;
        while (Encoding.UTF8.GetByteCount(name.AsSpan(0, length)) > TextCapacity)
        {
            length--;
        }

        return name[..(length > 0 && length < name.Length && char.IsHighSurrogate(name[length - 1]) ? length - 1 : length)];
    }

    [InlineArray(Size)]
    private struct Bytes
    {
        private byte _first;
    }
}
