namespace Urma.Net.Collectives.Bootstrap;

/// <summary>What a hub knows of one rank, or of somebody who has not proved to be one yet.</summary>
internal sealed class HubMember(ControlLink link, ulong token, long deadline) : IDisposable
{
    public ControlLink Link { get; } = link;

    /// <summary>In the hub's poll set.</summary>
    public ulong Token { get; } = token;

    /// <summary>When a stranger must have proved to be a rank, in milliseconds of the system.</summary>
    public long Deadline { get; } = deadline;

    /// <summary>What it said of itself; null before.</summary>
    public ControlHello? Hello { get; set; }

    /// <summary>The proof that is expected of it.</summary>
    public byte[]? Expected { get; set; }

    public bool HasJoined { get; set; }

    public bool HasLeft { get; set; }

    /// <summary>Its connection has ended.</summary>
    public bool IsGone { get; set; }

    /// <summary>To be closed once everything has been sent.</summary>
    public bool IsRefused { get; set; }

    public bool WatchesRoom { get; set; }

    /// <summary>Its part of the exchange that goes on; null before it has come.</summary>
    public byte[]? Part { get; set; }

    public int PartTag { get; set; }

    /// <summary>What it said it was doing; null before.</summary>
    public string? State { get; set; }

    public void Dispose() => Link.Dispose();
}
