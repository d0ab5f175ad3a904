namespace Urma.Net.Providers.Loopback.Control;

/// <summary>A peer's answer to a request, owned by the caller. Its content is untrusted.</summary>
internal sealed class ControlResponse : IDisposable
{
    internal ControlResponse(byte[] payload, int[] descriptors)
    {
        Payload = payload;
        Fds = descriptors;
    }

    /// <summary>The bytes.</summary>
    internal byte[] Payload { get; }

    /// <summary>The descriptors that came along; -1 where taken.</summary>
    internal int[] Fds { get; }

    /// <summary>Takes a descriptor over; the caller closes it.</summary>
    /// <exception cref="UrmaException">The peer did not send that many, or it was taken already.</exception>
    internal int TakeFd(int index)
    {
        if ((uint)index >= (uint)Fds.Length || Fds[index] < 0)
        {
            throw new UrmaException(
                UrmaStatus.Failed, $"The peer's answer lacks descriptor {index}: it carried {Fds.Length}. The peer is broken or of another version.");
        }

        int taken = Fds[index];
        Fds[index] = -1;
        return taken;
    }

    /// <summary>Closes the descriptors that were not taken.</summary>
    public void Dispose()
    {
        ControlRequest.CloseAll(Fds);
        Array.Fill(Fds, -1);
    }
}
