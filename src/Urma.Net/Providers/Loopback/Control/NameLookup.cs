using Urma.Net.Internal;

namespace Urma.Net.Providers.Loopback.Control;

/// <summary>Reads what somebody published under a name, waiting until somebody does.</summary>
internal static class NameLookup
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(20);

    /// <inheritdoc cref="ControlPlane.Lookup"/>
    internal static byte[] Wait(LoopbackFabric fabric, string name, TimeSpan timeout, CancellationToken cancellationToken)
    {
        UnixName address = fabric.NameOf(name);
        Deadline deadline = Deadline.After(timeout);
        TimeSpan pause = FirstPause;
        int stuck = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryRead(address, deadline, cancellationToken, ref stuck) is { } value)
            {
                return value;
            }

            if (deadline.HasPassed)
            {
                throw new UrmaException(UrmaStatus.TimedOut, stuck == 0
                    ? $"Nobody published '{name}' on {fabric} within {timeout.TotalSeconds:0.###} s: start the publisher, with the "
                        + "same fabric" + (fabric.IsPath ? " directory." : " name in the same network namespace.")
                    : $"Process {stuck}, which publishes '{name}' on {fabric}, did not answer within {timeout.TotalSeconds:0.###} s: "
                        + "it is stopped, overloaded or stuck.");
            }

            cancellationToken.WaitHandle.WaitOne(Math.Min((int)pause.TotalMilliseconds, deadline.RemainingMilliseconds));
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private static byte[]? TryRead(UnixName address, Deadline deadline, CancellationToken cancellationToken, ref int stuck)
    {
        using UnixChannel? channel = Connect(address);
        if (channel is null)
        {
            return null;
        }

        channel.Peer.EnsureSameUser();
        byte[] buffer = new byte[UnixChannel.MaximumFrame];
        while (true)
        {
            switch (channel.TryReceive(buffer, [], out int length, out _))
            {
                case ChannelResult.Done:
                    return Parse(buffer.AsSpan(0, length), channel.Peer.Pid);
                case ChannelResult.Closed:
                    // It died or took the name back between our connection and its answer.
                    return null;
            }

            if (deadline.HasPassed)
            {
                stuck = channel.Peer.Pid;
                return null;
            }

            cancellationToken.ThrowIfCancellationRequested();
            TimeSpan slice = TimeSpan.FromMilliseconds(Math.Min(LongestPause.TotalMilliseconds, deadline.RemainingMilliseconds));
            _ = Readiness.WaitForRead(channel.Descriptor, Deadline.After(slice));
        }
    }

    private static UnixChannel? Connect(UnixName address)
    {
        try
        {
            return UnixChannel.TryConnect(address, TimeSpan.Zero);
        }
        catch (UrmaException full) when (full.Status == UrmaStatus.TimedOut)
        {
            return null;
        }
    }

    private static byte[] Parse(ReadOnlySpan<byte> frame, int process) =>
        ControlFrame.TryReadHeader(frame, out uint type, out _, out _) && type == (uint)ControlMessage.Published
            ? frame[ControlFrame.HeaderSize..].ToArray()
            : throw new UrmaException(
                UrmaStatus.Failed, $"Process {process} holds the name but does not publish: it sent something else.");
}
