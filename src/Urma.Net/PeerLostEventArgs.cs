namespace Urma.Net;

/// <summary>Which peer was lost, and why.</summary>
public sealed class PeerLostEventArgs : EventArgs
{
    /// <summary>Describes a lost peer.</summary>
    /// <param name="eid">Its device.</param>
    /// <param name="uasid">Its engine.</param>
    /// <param name="processId">Its process, as seen here.</param>
    /// <param name="reason">What happened, naming the peer.</param>
    /// <param name="isConfirmed">Whether it was that engine for sure.</param>
    public PeerLostEventArgs(Eid eid, uint uasid, int processId, string reason, bool isConfirmed = true)
    {
        Eid = eid;
        Uasid = uasid;
        ProcessId = processId;
        Reason = reason;
        IsConfirmed = isConfirmed;
    }

    /// <summary>Its device.</summary>
    public Eid Eid { get; }

    /// <summary>Its engine.</summary>
    public uint Uasid { get; }

    /// <summary>Its process id, as seen by this process.</summary>
    public int ProcessId { get; }

    /// <summary>What happened, naming the peer.</summary>
    public string Reason { get; }

    /// <summary>
    /// Whether it was that engine for sure. False over a network (verbs) for a peer that only ever connected to this context: who it
    /// is was its own word, and another engine of that name may be well.
    /// </summary>
    public bool IsConfirmed { get; }
}
