namespace Urma.Net;

/// <summary>Which rank of a <see cref="GlobalHeap"/> was lost, and why.</summary>
public sealed class RankLostEventArgs : EventArgs
{
    /// <summary>Describes a lost rank.</summary>
    /// <param name="rank">Which.</param>
    /// <param name="reason">What happened.</param>
    public RankLostEventArgs(int rank, string reason)
    {
        Rank = rank;
        Reason = reason;
    }

    /// <summary>Which rank.</summary>
    public int Rank { get; }

    /// <summary>What happened, naming the process.</summary>
    public string Reason { get; }
}
