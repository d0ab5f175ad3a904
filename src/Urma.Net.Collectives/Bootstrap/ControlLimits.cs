namespace Urma.Net.Collectives.Bootstrap;

/// <summary>Bounds of the control plane, in bytes, milliseconds and pieces.</summary>
internal static class ControlLimits
{
    public const int MaximumRanks = 4096;

    /// <summary>The longest frame of someone who has proved nothing yet.</summary>
    public const int StrangerFrame = 1024;

    /// <summary>The longest frame of a rank: its part of an exchange and what belongs to it.</summary>
    public const int RankFrame = ControlPlane.MaximumBlob + 64;

    /// <summary>The most bytes of one exchange, all ranks together.</summary>
    public const int Exchange = 1 << 30;

    public const int Text = 4096;
    public const int FaultText = 4 << 20;

    /// <summary>Connections that have not proved to be ranks yet; of more, the oldest goes.</summary>
    public const int Strangers = 256;

    /// <summary>How long someone may take to prove to be a rank.</summary>
    public const int Handshake = 5_000;

    /// <summary>How long ranks may take to say what they are doing.</summary>
    public const int States = 500;

    /// <summary>How long a rank waits for the hub's answer to its report before it says so itself: longer than states take, and within the two seconds that are promised.</summary>
    public const int Report = 1_500;

    /// <summary>How long a hub stays after a fault, for ranks that have not read of it yet.</summary>
    public const int AfterFault = 2_000;

    /// <summary>How long a hub waits for its first rank.</summary>
    public const int FirstRank = 600_000;

    /// <summary>How long what is still to be sent may hold up the end of a link.</summary>
    public const int LastWords = 500;
}
