using Urma.Net.Internal;
using Urma.Net.Interop.Libc;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>Frames that wait for room in a socket, with their own copies of the descriptors. Not thread-safe.</summary>
internal sealed class SendQueue
{
    private readonly Queue<(byte[] Frame, int[] Descriptors)> _frames = new();

    /// <summary>Frames waiting.</summary>
    internal int Count => _frames.Count;

    /// <summary>Bytes waiting.</summary>
    internal int Bytes { get; private set; }

    /// <summary>Keeps a copy of a frame.</summary>
    /// <exception cref="UrmaException">No descriptors are left for the copies.</exception>
    internal void Add(ReadOnlySpan<byte> frame, ReadOnlySpan<int> descriptors)
    {
        int[] copies = new int[descriptors.Length];
        for (int i = 0; i < copies.Length; i++)
        {
            copies[i] = Libc.Fcntl(descriptors[i], Libc.F_DUPFD_CLOEXEC, 0);
            if (copies[i] < 0)
            {
                int error = System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
                ControlRequest.CloseAll(copies.AsSpan(0, i));
                LinuxError.Throw("keep a descriptor for a peer that does not read", error);
            }
        }

        _frames.Enqueue((frame.ToArray(), copies));
        Bytes += frame.Length;
    }

    /// <summary>Sends what the socket takes.</summary>
    /// <returns><see cref="ChannelResult.Done"/> when nothing waits any more.</returns>
    internal ChannelResult Flush(UnixChannel channel)
    {
        while (_frames.TryPeek(out (byte[] Frame, int[] Descriptors) next))
        {
            ChannelResult result = Send(channel, next.Frame, next.Descriptors);
            if (result != ChannelResult.Done)
            {
                return result;
            }

            Bytes -= next.Frame.Length;
            _ = _frames.Dequeue();
            ControlRequest.CloseAll(next.Descriptors);
        }

        return ChannelResult.Done;
    }

    /// <summary>Drops everything.</summary>
    internal void Clear()
    {
        while (_frames.TryDequeue(out (byte[] Frame, int[] Descriptors) next))
        {
            ControlRequest.CloseAll(next.Descriptors);
        }

        Bytes = 0;
    }

    private static ChannelResult Send(UnixChannel channel, byte[] frame, int[] descriptors)
    {
        try
        {
            return channel.TrySend(frame, descriptors);
        }
        catch (UrmaException error)
        {
            // Descriptors can be refused (too many in flight). A requester is told; a request is dropped and times out.
            // Either way the frames behind it keep their turn.
            return ControlFrame.TryReadHeader(frame, out uint type, out uint id, out _) && (type & ControlFrame.ReplyBit) != 0
                ? channel.TrySend(ControlFrame.WithText(type, id, error.Status, error.Message), [])
                : ChannelResult.Done;
        }
    }
}
