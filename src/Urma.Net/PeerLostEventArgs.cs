namespace Urma.Net;

/// <summary>Which peer was lost, and why.</summary>
public sealed class PeerLostEventArgs : EventArgs
{
    /// <summary>Describes a lost peer.</summary>
    /// <param name="eid">Its device.</param>
    /// <param name="uasid">Its engine.</param>
    /// <param name="processId">Its process, as seen here.</param>
    /// <param name="reason">What happened, naming the peer.</param>
    public PeerLostEventArgs(Eid eid, uint uasid, int processId, string reason)
    {
        Eid = eid;
        Uasid = uasid;
        ProcessId = processId;
        Reason = reason;
    }

    /// <summary>Its device.</summary>
    public Eid Eid { get; }

    /// <summary>Its engine.</summary>
    public uint Uasid { get; }

    /// <summary>Its process id, as seen by this process.</summary>
    public int ProcessId { get; }

    /// <summary>What happened, naming the peer.</summary>
    public string Reason { get; }
}
