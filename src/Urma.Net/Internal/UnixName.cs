using System.Text;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>
/// Where a Unix socket listens: an abstract name (<c>@urma/…</c>, one per network namespace, gone with its process) or
/// a path (visible wherever the directory is, so also between containers that share it).
/// </summary>
internal readonly record struct UnixName
{
    /// <summary>The longest name in UTF-8 bytes; the kernel's address holds 108 with the leading or trailing NUL.</summary>
    internal const int MaximumBytes = 107;

    private UnixName(string text) => Text = text;

    /// <summary>The name as written: abstract names begin with <c>@</c>.</summary>
    internal string Text { get; }

    /// <summary>Whether the name lives outside the file system.</summary>
    internal bool IsAbstract => Text[0] == '@';

    /// <summary>Reads a name: <c>@…</c> is abstract, everything else a path.</summary>
    /// <exception cref="UrmaException">It is empty, too long, or contains a NUL.</exception>
    internal static UnixName Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int bytes = Encoding.UTF8.GetByteCount(text);
        bool isAbstract = text.StartsWith('@');

        // An abstract name's '@' stands for the NUL that the kernel counts separately.
        int limit = isAbstract ? MaximumBytes + 1 : MaximumBytes;
        if (bytes <= (isAbstract ? 1 : 0) || bytes > limit || text.Contains('\0', StringComparison.Ordinal))
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument,
                $"'{text.Replace("\0", "\\0", StringComparison.Ordinal)}' cannot name a socket: the kernel takes 1 to "
                    + $"{MaximumBytes} bytes without NUL, this has {bytes - (isAbstract ? 1 : 0)}. Choose a shorter name or "
                    + "directory.");
        }

        return new UnixName(text);
    }

    /// <summary>Writes the kernel's form of the name.</summary>
    /// <returns>The address length to pass along.</returns>
    internal unsafe uint Write(SockaddrUn* address)
    {
        *address = default;
        address->sun_family = Libc.AF_UNIX;
        int written = Encoding.UTF8.GetBytes(Text, new Span<byte>(address->sun_path, 108));
        int prefix = sizeof(ushort);
        if (!IsAbstract)
        {
            return (uint)(prefix + written + 1);
        }

        address->sun_path[0] = 0;
        return (uint)(prefix + written);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
