namespace Urma.Net;

/// <summary>Which peer became slow, or well again, and how that shows.</summary>
public sealed class PeerSpeedEventArgs : EventArgs
{
    /// <summary>Describes a peer that became slow or well again.</summary>
    /// <param name="eid">Its device.</param>
    /// <param name="uasid">Its engine.</param>
    /// <param name="processId">Its process, as seen here.</param>
    /// <param name="label">Its label; empty when it has none.</param>
    /// <param name="speed">How it stands.</param>
    public PeerSpeedEventArgs(Eid eid, uint uasid, int processId, string label, PeerSpeed speed)
    {
        Eid = eid;
        Uasid = uasid;
        ProcessId = processId;
        Label = label;
        Speed = speed;
    }

    /// <summary>Its device.</summary>
    public Eid Eid { get; }

    /// <summary>Its engine.</summary>
    public uint Uasid { get; }

    /// <summary>Its process id, as seen by this process; 0 where it cannot be.</summary>
    public int ProcessId { get; }

    /// <summary>Its <see cref="UrmaContextOptions.Label"/>; empty when it has none.</summary>
    public string Label { get; }

    /// <summary>Whether it is slow, since when, and by how much.</summary>
    public PeerSpeed Speed { get; }

    /// <summary>The peer and what happened, for people.</summary>
    public override string ToString()
    {
        string name = Label.Length == 0 ? $"the peer with UASID 0x{Uasid:x6}" : $"peer '{Label}' (UASID 0x{Uasid:x6})";
        return string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{name} is {(Speed.IsSlow ? "slow" : "well again")} since {Speed.Since:O}: its operations take {Speed.Nanoseconds:0} ns (median), {Speed.Ratio:0.0} times the {Speed.BaselineNanoseconds:0} ns of before");
    }
}
