using Urma.Net.Interop.Libc;

namespace Urma.Net.Internal;

/// <summary>Descriptors travelling beside a frame (C's <c>CMSG_*</c> macros), without ever leaking a received one.</summary>
internal static unsafe class DescriptorMessage
{
    /// <summary>Bytes for one control message with <see cref="UnixChannel.MaximumDescriptors"/> descriptors.</summary>
    internal const int BufferSize = HeaderSize + (UnixChannel.MaximumDescriptors * sizeof(int));

    // sizeof(struct cmsghdr) on 64-bit systems; the layout test asks the C compiler. Already a multiple of the
    // alignment, as is the buffer.
    private const int HeaderSize = 16;

    /// <summary>Writes one message carrying the descriptors.</summary>
    /// <returns>The control length to send.</returns>
    internal static nuint Write(byte* control, ReadOnlySpan<int> descriptors)
    {
        nuint length = HeaderSize + (nuint)(descriptors.Length * sizeof(int));
        *(Cmsghdr*)control = new Cmsghdr
        {
            cmsg_len = length,
            cmsg_level = Libc.SOL_SOCKET,
            cmsg_type = Libc.SCM_RIGHTS,
        };
        descriptors.CopyTo(new Span<int>(control + HeaderSize, descriptors.Length));
        return Align(length);
    }

    /// <summary>
    /// Hands received descriptors to the caller; if anything about the frame is wrong, or it was the end of the
    /// connection, closes them all instead.
    /// </summary>
    /// <remarks>A frame that is in order but whose descriptors do not fit this process's limit is <paramref name="lost"/>'s case.</remarks>
    /// <param name="message">What <c>recvmsg</c> filled in.</param>
    /// <param name="destination">Where the descriptors go.</param>
    /// <param name="received">Bytes of the frame; 0 for the end.</param>
    /// <param name="peer">Named in errors.</param>
    /// <param name="lost">Not null where this process's descriptor limit cost the frame its descriptors; the bytes are good.</param>
    /// <returns>How many descriptors were handed over.</returns>
    internal static int Take(in Msghdr message, Span<int> destination, nint received, int peer, out UrmaException? lost)
    {
        lost = null;
        Span<int> all = stackalloc int[UnixChannel.MaximumDescriptors];
        int count = Collect(in message, all);
        bool truncated = (message.msg_flags & (Libc.MSG_CTRUNC | Libc.MSG_TRUNC)) != 0;
        if (!truncated && received > 0 && count <= destination.Length)
        {
            all[..count].CopyTo(destination);
            return count;
        }

        foreach (int descriptor in all[..count])
        {
            _ = Libc.Close(descriptor);
        }

        if (truncated || received > 0)
        {
            UrmaException error = Unusable(message.msg_flags, count, destination.Length, peer);
            bool isOurLimit = (message.msg_flags & Libc.MSG_TRUNC) == 0 && truncated && count < UnixChannel.MaximumDescriptors;
            lost = isOurLimit && received > 0 ? error : throw error;
        }

        return 0;
    }

    private static int Collect(in Msghdr message, Span<int> descriptors)
    {
        int count = 0;
        byte* control = (byte*)message.msg_control;
        nuint length = message.msg_controllen;
        for (nuint offset = 0; offset + HeaderSize <= length;)
        {
            Cmsghdr* header = (Cmsghdr*)(control + offset);
            if (header->cmsg_len < HeaderSize || header->cmsg_len > length - offset)
            {
                break;
            }

            if (header->cmsg_level == Libc.SOL_SOCKET && header->cmsg_type == Libc.SCM_RIGHTS)
            {
                int* data = (int*)(control + offset + HeaderSize);
                int here = (int)(header->cmsg_len - HeaderSize) / sizeof(int);
                for (int i = 0; i < here && count < descriptors.Length; i++)
                {
                    descriptors[count++] = data[i];
                }
            }

            offset += Align(header->cmsg_len);
        }

        return count;
    }

    private static nuint Align(nuint length) => (length + 7) & ~(nuint)7;

    private static UrmaException Unusable(int flags, int count, int room, int peer)
    {
        string reason = (flags & Libc.MSG_TRUNC) != 0
            ? "it is longer than the receive buffer"
            : (flags & Libc.MSG_CTRUNC) != 0
                ? $"not all of its descriptors could be installed: it carries more than {UnixChannel.MaximumDescriptors}, or "
                    + "this process reached its descriptor limit (raise 'ulimit -n')"
                : $"it carries {count} descriptors where {room} were expected";
        int error = (flags & Libc.MSG_TRUNC) != 0 ? Libc.EMSGSIZE
            : (flags & Libc.MSG_CTRUNC) != 0 ? Libc.EMFILE
            : Libc.EPROTO;
        return new UrmaException(
            LinuxError.StatusOf(error), $"A frame from process {peer} is refused: {reason}.", error);
    }
}
