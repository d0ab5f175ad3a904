namespace Urma.Net.Providers.Loopback.Control;

/// <summary>What bounds the resources that peers can make a control plane spend.</summary>
internal sealed record ControlLimits
{
    internal static readonly ControlLimits Default = new();

    /// <summary>How long a connection may exist before the other end has introduced itself.</summary>
    internal TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long after a hang-up to wait for the process's exit, to tell a death from a departure.</summary>
    internal TimeSpan HangUpGrace { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long not to accept after a failed accept.</summary>
    internal TimeSpan AcceptPause { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Accepted connections that have said nothing; beyond, the oldest is closed.</summary>
    internal int MaximumSilent { get; init; } = 64;

    /// <summary>Living peers at a time; beyond, new ones are refused.</summary>
    internal int MaximumPeers { get; init; } = 4096;

    /// <summary>Frames waiting for a peer that does not read; beyond, notices are refused and requests wait.</summary>
    internal int QueuedFrames { get; init; } = 1024;

    /// <summary>Bytes waiting for a peer that does not read.</summary>
    internal int QueuedBytes { get; init; } = 4 << 20;

    /// <summary>Replies on top of <see cref="QueuedFrames"/>; a peer that asks on without reading them is disconnected.</summary>
    internal int QueuedReplies { get; init; } = 4096;

    /// <summary>Bytes of replies on top of <see cref="QueuedBytes"/>.</summary>
    internal int QueuedReplyBytes { get; init; } = 16 << 20;
}
