using Urma.Net.Interop.Libc;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>A message from a peer, valid during the handler's call. Everything in it is untrusted.</summary>
internal readonly ref struct ControlRequest
{
    private readonly Span<int> _descriptors;

    internal ControlRequest(ControlMessage type, ReadOnlySpan<byte> payload, Span<int> descriptors)
    {
        Type = type;
        Payload = payload;
        _descriptors = descriptors;
    }

    /// <summary>What is asked.</summary>
    internal ControlMessage Type { get; }

    /// <summary>Up to <see cref="ControlFrame.MaximumPayload"/> bytes.</summary>
    internal ReadOnlySpan<byte> Payload { get; }

    /// <summary>The descriptors that came along; -1 where taken. Those not taken are closed after the handler's call.</summary>
    internal ReadOnlySpan<int> Fds => _descriptors;

    /// <summary>Takes a descriptor over; the caller closes it.</summary>
    /// <exception cref="UrmaException">The peer did not send that many, or it was taken already.</exception>
    internal int TakeFd(int index)
    {
        if ((uint)index >= (uint)_descriptors.Length || _descriptors[index] < 0)
        {
            throw new UrmaException(
                UrmaStatus.InvalidArgument, $"{Type} lacks descriptor {index}: it carried {_descriptors.Length}.");
        }

        int taken = _descriptors[index];
        _descriptors[index] = -1;
        return taken;
    }

    /// <summary>Closes what nobody took.</summary>
    internal static void CloseAll(ReadOnlySpan<int> descriptors)
    {
        foreach (int descriptor in descriptors)
        {
            if (descriptor >= 0)
            {
                _ = Libc.Close(descriptor);
            }
        }
    }
}
