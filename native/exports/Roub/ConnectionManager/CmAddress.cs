using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Exports.Roub;

/// <summary>An IP address and a port, of either family.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CmAddress
{
    private const int AF_INET = 2;
    private const int AF_INET6 = 10;
    private const int SOCK_DGRAM = 2;
    private const int LengthV4 = 16;
    private const int LengthV6 = 28;
    private const uint LoopbackV4 = 0x7f00_0001;
    private const ulong MappedPrefix = 0xffff;

    private ushort _family;
    private uint _scope;
    private ulong _high;
    private ulong _low;

    /// <summary>In the host's order of bytes.</summary>
    public ushort Port { get; set; }

    /// <summary>Whether it is of one of the families that exist, or nothing at all.</summary>
    public readonly bool IsWellFormed => _family is 0 or AF_INET or AF_INET6;

    /// <summary>Whether there is an address at all.</summary>
    public readonly bool IsSet => _family != 0;

    public readonly bool IsV6 => _family == AF_INET6;

    /// <summary>Whether it stands for every address.</summary>
    public readonly bool IsAny => _high == 0 && (_low == 0 || (IsV6 && _low == MappedPrefix << 32));

    /// <summary>Whether it is an address of the fourth version, also one written as one of the sixth.</summary>
    public readonly bool IsV4 => _family == AF_INET || (IsV6 && _high == 0 && _low >> 32 == MappedPrefix);

    /// <summary>The address as part of a name: the same for both ways of writing one.</summary>
    public readonly string Key => IsV4
        ? ((uint)_low).ToString("x8", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{_high:x16}{_low:x16}");

    /// <summary>Every address of IPv4.</summary>
    public static CmAddress AnyV4 => new() { _family = AF_INET };

    /// <summary>The address of the same family that leads back to this host.</summary>
    public readonly CmAddress Loopback => this with { _high = 0, _low = IsV6 ? 1 : LoopbackV4 };

    /// <summary>Reads C's address.</summary>
    /// <exception cref="RefusedException">It is NULL, or of another family.</exception>
    public static CmAddress Read(byte* source)
    {
        if (source == null)
        {
            throw new RefusedException(Errno.EINVAL, "The address is NULL.");
        }

        ushort family = *(ushort*)source;
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(new ReadOnlySpan<byte>(source + 2, 2));
        return family switch
        {
            AF_INET => new CmAddress { _family = AF_INET, Port = port, _low = BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(source + 4, 4)) },
            AF_INET6 => new CmAddress
            {
                _family = AF_INET6,
                Port = port,
                _high = BinaryPrimitives.ReadUInt64BigEndian(new ReadOnlySpan<byte>(source + 8, 8)),
                _low = BinaryPrimitives.ReadUInt64BigEndian(new ReadOnlySpan<byte>(source + 16, 8)),
                _scope = *(uint*)(source + 24),
            },
            _ => throw new RefusedException(Errno.EINVAL, $"Addresses of family {family} do not exist here: IPv4 and IPv6 do."),
        };
    }

    /// <summary>Writes C's address.</summary>
    /// <param name="target">A sockaddr_storage.</param>
    /// <returns>How long it is, in bytes.</returns>
    public readonly int Write(byte* target)
    {
        new Span<byte>(target, LengthV6).Clear();
        *(ushort*)target = _family;
        BinaryPrimitives.WriteUInt16BigEndian(new Span<byte>(target + 2, 2), Port);
        if (IsV6)
        {
            BinaryPrimitives.WriteUInt64BigEndian(new Span<byte>(target + 8, 8), _high);
            BinaryPrimitives.WriteUInt64BigEndian(new Span<byte>(target + 16, 8), _low);
            *(uint*)(target + 24) = _scope;
            return LengthV6;
        }

        BinaryPrimitives.WriteUInt32BigEndian(new Span<byte>(target + 4, 4), (uint)_low);
        return LengthV4;
    }

    /// <summary>Whether it is an address of this host: one that a socket can be bound to.</summary>
    public readonly bool IsLocal()
    {
        int socket = Libc.Socket(_family, SOCK_DGRAM | Libc.SOCK_CLOEXEC, 0);
        if (socket < 0)
        {
            return false;
        }

        CmAddress anyPort = this with { Port = 0 };
        byte* address = stackalloc byte[LengthV6];
        int length = anyPort.Write(address);
        bool isLocal = Libc.Bind(socket, (SockaddrUn*)address, (uint)length) == 0;
        _ = Libc.Close(socket);
        return isLocal;
    }

    /// <inheritdoc/>
    public override readonly string ToString() => $"{Key}:{Port}";
}
